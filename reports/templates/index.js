// Keeps what is searched for behind the # of the address: a link, and a page that loads
// itself anew, has the same words.
(function () {
  const page = document.currentScript.closest(".zoo");
  const field = page.querySelector(".filter input");
  if (!field) return;
  field.addEventListener("input", () => {
    history.replaceState(null, "", "#" + encodeURIComponent(field.value));
  });
  try {
    field.value = decodeURIComponent(location.hash.slice(1));
  } catch {
    field.value = ""; // a % that escapes nothing
  }
  field.dispatchEvent(new Event("input"));
})();
