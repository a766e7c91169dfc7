"use strict";
// A span opens its record; the spans of the record in the address are lit.
(() => {
  const marks = [...document.querySelectorAll(".text u")];
  const target = (mark) => mark.dataset.r ?? mark.querySelector(":scope > a")?.getAttribute("href") ?? "";

  function light() {
    const id = location.hash.replace("#t-", "#").replace("-t-", "-").replace(/^(#(?:.*-)?[ecvf]\d+)-\d+$/, "$1");
    for (const mark of marks) mark.classList.toggle("lit", id.length > 1 && target(mark) === id);
    const pane = document.querySelector(".reading");
    const first = pane?.querySelector(".lit");
    // The text scrolls beside the records on a wide screen only; it follows to what is lit.
    if (first && pane.scrollHeight > pane.clientHeight) {
      pane.scrollTop += first.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
    }
  }

  for (const mark of marks) {
    mark.addEventListener("click", (event) => {
      if (event.target.closest("a") || !getSelection().isCollapsed) return;
      const off = getComputedStyle(mark).borderBottomColor === "rgba(0, 0, 0, 0)"; // its layer is switched off
      if (off || !target(mark)) return;
      event.stopPropagation();
      location.hash = target(mark);
    });
  }
  addEventListener("hashchange", light);
  light();
})();
