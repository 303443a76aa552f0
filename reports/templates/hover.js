// Shows what a mark of a chart says, to the pointer and to the keyboard: a chart is one
// tab stop, arrow keys step through its marks. The page is whole without it.
(function () {
  const page = document.currentScript.closest(".zoo");
  const [note, spot, spoken] = ["hover", "spot", "unseen"].map((name) => {
    const made = document.createElement("div");
    made.className = name;
    return page.appendChild(made);
  });
  for (const drawn of [note, spot]) {
    drawn.hidden = true;
    drawn.setAttribute("aria-hidden", "true");
  }
  spoken.setAttribute("role", "status");
  const REACH = 24; // pixels from the pointer to a point of a line
  const LINGER = 200; // milliseconds that the pointer has to get into the note
  let shown = null; // {mark, place}: of a line the place of the point, else -1
  let stepping = false; // shown to the keyboard, not to the pointer
  let leaving = 0;
  let moored = null; // where the mark was when it was shown

  const charts = new Map();
  for (const svg of page.querySelectorAll("svg")) {
    const marks = marksOf(svg);
    if (marks.length) charts.set(svg, marks);
  }

  // Of a line the label is its name, a word for its steps, and a text for each point.
  function marksOf(svg) {
    const told = new Set();
    const marks = [];
    for (const element of svg.querySelectorAll("[aria-label]:not([role=graphics-object])")) {
      const [name, word, ...texts] = element.getAttribute("aria-label").split("\n");
      const points = texts.length ? pointsOf(element) : [];
      element.setAttribute("aria-label", name);
      const whole = points.length === texts.length;
      const texted = whole ? texts.map((text) => `${name}, ${word}${text}`) : [];
      marks.push({ element, name, points: whole ? points : [], texts: texted, twice: told.has(name) });
      told.add(name);
    }
    return marks;
  }

  function pointsOf(element) {
    const number = "(-?[\\d.]+(?:e-?\\d+)?)";
    const found = (element.getAttribute("d") || "").matchAll(new RegExp(`[ML]${number}[ ,]${number}`, "g"));
    return [...found].map(([, x, y]) => new DOMPoint(Number(x), Number(y)));
  }

  function textOf({ mark, place }) {
    return place < 0 ? mark.name : mark.texts[place];
  }

  function boxOf({ mark, place }) {
    if (place < 0) return mark.element.getBoundingClientRect();
    const { x, y } = mark.points[place].matrixTransform(mark.element.getScreenCTM());
    return new DOMRect(x - 3, y - 3, 6, 6);
  }

  function stay() {
    clearTimeout(leaving);
    leaving = 0;
  }

  function show(found, x, y) {
    stay();
    shown = found;
    moored = boxOf(found);
    note.hidden = false;
    note.textContent = textOf(found);
    const high = note.offsetHeight;
    note.style.left = Math.max(8, Math.min(x, innerWidth - note.offsetWidth - 8)) + "px";
    note.style.top = (y + high + 8 > innerHeight ? Math.max(8, y - high - 36) : y) + "px";
  }

  function hide() {
    stay();
    shown = null;
    stepping = false;
    note.hidden = spot.hidden = true;
  }

  function showStep(found) {
    const box = boxOf(found);
    show(found, box.right + 8, box.bottom + 8);
    stepping = true;
    spot.hidden = false;
    const edge = { left: box.x - 4, top: box.y - 4, width: box.width + 8, height: box.height + 8 };
    for (const [side, pixels] of Object.entries(edge)) spot.style[side] = pixels + "px";
  }

  // The pointer.
  function under(marks, event) {
    const touched = marks.find(({ element, points }) => !points.length && element.contains(event.target));
    if (touched) return { mark: touched, place: -1 };
    let best = null;
    let least = REACH;
    for (const mark of marks.filter(({ points }) => points.length)) {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(mark.element.getScreenCTM().inverse());
      mark.points.forEach((point, place) => {
        const far = Math.hypot(point.x - at.x, point.y - at.y);
        if (far < least) [least, best] = [far, { mark, place }];
      });
    }
    return best;
  }

  page.addEventListener("mousemove", (event) => {
    if (event.target === note) return stay();
    const marks = charts.get(event.target.closest("svg"));
    const found = marks && under(marks, event);
    if (found && shown && found.mark === shown.mark && found.place === shown.place) return stay();
    if (found) {
      spot.hidden = true;
      stepping = false;
      show(found, event.clientX + 14, event.clientY + 16);
    } else if (shown && !stepping && !leaving) leaving = setTimeout(hide, LINGER);
  });
  page.addEventListener("mouseleave", () => stepping || hide());
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("scroll", follow, { capture: true, passive: true });

  // With the keyboard the note goes with its mark; under the pointer the mark went away.
  function follow() {
    if (!shown) return;
    const box = boxOf(shown);
    const away = Math.hypot(box.x - moored.x, box.y - moored.y) > 2;
    if (away && stepping) showStep(shown);
    else if (away) hide();
  }

  // The numbers: a table of all that the marks of a chart say, below it, once a figure.
  function tableOf(marks, title) {
    const table = document.createElement("table");
    table.createCaption().textContent = title;
    const head = table.createTHead().insertRow();
    for (const name of ["Mark", "Value"]) {
      const cell = head.appendChild(document.createElement("th"));
      cell.scope = "col";
      cell.textContent = name;
    }
    const body = table.createTBody();
    for (const text of marks.flatMap(({ name, texts }) => (texts.length ? texts : [name]))) {
      const place = text.lastIndexOf(": ");
      const row = body.insertRow();
      const mark = row.appendChild(document.createElement("th"));
      mark.scope = "row";
      mark.textContent = place < 0 ? text : text.slice(0, place);
      row.insertCell().textContent = place < 0 ? "" : text.slice(place + 2);
    }
    return table;
  }

  function addNumbers(svg, marks) {
    const figure = svg.closest("figure");
    if (!figure || figure.querySelector(".numbers-of")) return;
    const details = figure.appendChild(document.createElement("details"));
    details.className = "numbers-of";
    details.appendChild(document.createElement("summary")).textContent = "Numbers of this chart";
    const place = details.appendChild(document.createElement("div"));
    place.className = "scroll";
    details.addEventListener("toggle", () => {
      if (place.firstChild) return;
      place.append(tableOf(marks, svg.getAttribute("aria-label") || "All marks of the chart."));
    });
  }

  // The keyboard. Left and right: the point before, the next one; up and down: the mark.
  function nearest(mark, x) {
    const matrix = mark.element.getScreenCTM();
    const far = mark.points.map((point) => Math.abs(point.matrixTransform(matrix).x - x));
    return far.indexOf(Math.min(...far));
  }

  function along(marks, { mark, place }, step) {
    const next = place + step;
    if (place >= 0 && next >= 0 && next < mark.points.length) return { mark, place: next };
    const other = marks[marks.indexOf(mark) + step];
    return other && { mark: other, place: step > 0 ? Math.min(0, other.points.length - 1) : other.points.length - 1 };
  }

  function across(marks, current, step) {
    const other = marks[marks.indexOf(current.mark) + step];
    if (!other) return null;
    const box = boxOf(current);
    return { mark: other, place: other.points.length ? nearest(other, box.x + box.width / 2) : -1 };
  }

  const first = (mark) => ({ mark, place: mark.points.length ? 0 : -1 });
  const KEYS = {
    ArrowRight: (marks, current) => along(marks, current, 1),
    ArrowLeft: (marks, current) => along(marks, current, -1),
    ArrowDown: (marks, current) => across(marks, current, 1),
    ArrowUp: (marks, current) => across(marks, current, -1),
    Home: (marks) => first(marks[0]),
    End: (marks) => ({ mark: marks.at(-1), place: marks.at(-1).points.length - 1 }),
  };

  for (const [svg, all] of charts) {
    const marks = all.filter((mark) => !mark.twice); // a line and its name at the end
    marks.sort((a, b) => Boolean(b.points.length) - Boolean(a.points.length));
    addNumbers(svg, marks);
    const stop = svg.parentElement;
    let current = first(marks[0]);
    stop.tabIndex = 0;
    stop.setAttribute("role", "application");
    stop.setAttribute("aria-roledescription", "chart");
    const many = marks.reduce((sum, { points }) => sum + Math.max(1, points.length), 0);
    const said = (svg.getAttribute("aria-label") || "Chart").replace(/[.\s]+$/, "");
    stop.setAttribute("aria-label", `${said}. Marks: ${many}. Arrow keys step through them.`);
    stop.addEventListener("focus", () => stop.matches(":focus-visible") && showStep(current));
    stop.addEventListener("blur", hide);
    stop.addEventListener("keydown", (event) => {
      if (!KEYS[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      current = (stepping && KEYS[event.key](marks, current)) || current;
      current.mark.element.scrollIntoView({ block: "nearest", inline: "nearest" });
      showStep(current);
      spoken.textContent = textOf(current);
    });
  }
})();
