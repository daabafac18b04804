// What the console gains from a script; every page works without it.
// 1. Tables can be sorted by a click on a column's head.  2. A drawing can be dragged.
"use strict";

for (const table of document.querySelectorAll("table[data-sort]")) {
  for (const [column, head] of table.querySelectorAll("thead th").entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.dataset.order === "up";
      for (const other of table.querySelectorAll("th[data-order]")) {
        delete other.dataset.order;
        other.removeAttribute("aria-sort");
      }
      head.dataset.order = down ? "down" : "up";
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      const text = (row) => row.cells[column]?.textContent.trim() ?? "";
      rows.sort((a, b) => text(a).localeCompare(text(b), undefined, { numeric: true }) * (down ? -1 : 1));
      table.tBodies[0].append(...rows);
    });
  }
}

for (const pane of document.querySelectorAll("[data-pan]")) {
  if (pane.scrollWidth <= pane.clientWidth && pane.scrollHeight <= pane.clientHeight) continue;
  pane.dataset.grab = "";
  let from = null;
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("a")) return;
    from = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
    pane.dataset.grab = "now";
    pane.setPointerCapture(event.pointerId);
  });
  pane.addEventListener("pointermove", (event) => {
    if (from) pane.scrollTo(from.x - event.clientX, from.y - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pane.addEventListener(end, () => { from = null; pane.dataset.grab = ""; });
  }
}
