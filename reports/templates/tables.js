// Sorts tables by a column and searches their rows. The page is whole without it.
(function () {
  const page = document.currentScript.closest(".zoo");
  const MANY = 8; // a table of more rows has a search field
  const TIMES = { ms: 0.001, s: 1, min: 60, h: 3600 };
  const MISSING = ["", "\u2013", "p \u2013"];
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const said = document.createElement("div");
  said.className = "unseen";
  said.setAttribute("role", "status");
  page.append(said);

  // "−0.12", "1,234", "45.1 %", "< .001", "0.1 to 0.3", "2 min 5 s" as numbers, else NaN.
  function numberOf(text) {
    const plain = text.replace(/\u2212/g, "-").replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
    const found = /^(?:p\s*)?(?:[<>=]\s*)?([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(.*)$/is.exec(plain);
    if (!found) return NaN;
    const below = /^(?:p\s*)?</.test(plain) ? 0.999 : 1; // less than any that is equal
    const unit = found[2].trim().split(" ")[0];
    if (!(unit in TIMES)) return below * Number(found[1]);
    const parts = plain.matchAll(/([\d.]+) (ms|s|min|h)\b/g);
    return below * [...parts].reduce((sum, [, number, name]) => sum + number * TIMES[name], 0);
  }

  function textOf(row, column) {
    const cell = row.cells[column];
    return cell ? (cell.dataset.value ?? cell.textContent.trim()) : "";
  }

  // Rows in the order of a column; missing values last, whichever way.
  function ordered(rows, column, way) {
    const keyed = rows.map((row) => ({ row, text: textOf(row, column) }));
    const [missing, known] = [[], []];
    for (const item of keyed) (MISSING.includes(item.text) ? missing : known).push(item);
    for (const item of known) item.number = numberOf(item.text);
    const numbers = known.every(({ number }) => !Number.isNaN(number));
    known.sort((a, b) => way * (numbers ? a.number - b.number : collator.compare(a.text, b.text)));
    return [...known, ...missing].map(({ row }) => row);
  }

  function sortable(table, rows) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
    heads.forEach((head, column) => {
      if (head.tagName !== "TH" || !head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      const name = head.textContent.trim();
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const next = NEXT[head.getAttribute("aria-sort") || "none"];
        for (const other of heads) other.removeAttribute("aria-sort");
        if (next !== "none") head.setAttribute("aria-sort", next);
        const way = next === "descending" ? -1 : 1;
        body.append(...(next === "none" ? rows : ordered(rows, column, way)));
        said.textContent = next === "none" ? "In the order of the page." : `Sorted by ${name}, ${next}.`;
      });
    });
  }

  function searchable(table, rows) {
    const box = document.createElement("div");
    box.className = "filter";
    const label = document.createElement("label");
    const field = document.createElement("input");
    const count = document.createElement("span");
    field.type = "search";
    field.autocomplete = "off";
    field.setAttribute("aria-label", `Search these rows: ${captionOf(table)}`);
    count.setAttribute("role", "status");
    label.append("Search ", field);
    box.append(label, count);
    (table.closest(".scroll") || table).before(box);
    const texts = rows.map((row) => plain([...row.cells].map((cell) => cell.textContent).join(" ")));
    field.addEventListener("input", () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      rows.forEach((row, i) => (row.hidden = !words.every((word) => texts[i].includes(word))));
      const left = rows.filter((row) => !row.hidden).length;
      count.textContent = words.length ? `${left} of ${rows.length} rows` : "";
    });
  }

  function plain(text) {
    return text.normalize("NFKC").replace(/\u2212/g, "-").toLowerCase();
  }

  function captionOf(table) {
    return table.caption ? table.caption.textContent.trim() : "table";
  }

  for (const table of page.querySelectorAll("table:not(.heat)")) {
    const rows = table.tHead && table.tBodies.length === 1 ? [...table.tBodies[0].rows] : [];
    if (rows.length < 2 || table.querySelector("[colspan], [rowspan]")) continue;
    sortable(table, rows);
    if (rows.length > MANY) searchable(table, rows);
  }
})();
