// Loads the page anew when a run came, went or changed. Only in the page that is served.
(function () {
  const page = document.currentScript.closest(".zoo");
  const told = document.getElementById(page.id + "-live");
  const known = told.textContent;
  async function look() {
    try {
      const answer = await fetch("/state", { cache: "no-store" });
      if (answer.ok && (await answer.text()) !== page.dataset.state) {
        location.reload();
        return;
      }
      told.textContent = known;
    } catch {
      told.textContent = "The server has stopped: the page no longer updates.";
    }
    setTimeout(look, 2000);
  }
  setTimeout(look, 2000);
})();
