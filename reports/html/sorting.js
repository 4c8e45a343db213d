"use strict";
// A heading sorts the rows of each body of its table: one way, the other way, as printed.
{
  const NEXT = {
    number: { none: "descending", descending: "ascending", ascending: "none" },
    order: { none: "ascending", ascending: "descending", descending: "none" },
    text: { none: "ascending", ascending: "descending", descending: "none" },
  };

  for (const table of document.querySelectorAll("table.sortable")) {
    for (const body of table.tBodies) body.printed = [...body.rows];
    for (const heading of table.tHead.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
      heading.setAttribute("aria-sort", "none");
    }
  }

  function sort(table, heading) {
    const order = NEXT[heading.dataset.sort][heading.getAttribute("aria-sort")];
    for (const other of table.tHead.querySelectorAll("th[data-sort]")) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", order);
    for (const body of table.tBodies) body.append(...ordered(body.printed, heading, order));
  }

  function ordered(rows, heading, order) {
    if (order === "none") return rows;
    const titles = rows.filter((row) => row.querySelector("th[scope=rowgroup]"));
    const keyed = rows.filter((row) => !titles.includes(row)).map((row) => [key(row, heading), row]);
    const known = keyed.filter(([value]) => value !== null).sort(([a], [b]) => compare(a, b));
    if (order === "descending") known.reverse();
    return [...titles, ...known, ...keyed.filter(([value]) => value === null)].map((row) => row[1] ?? row);
  }

  // What a row is sorted by; null, which stands last either way, where it has nothing.
  function key(row, heading) {
    const cell = row.cells[heading.cellIndex];
    if (heading.dataset.sort === "text") return cell.dataset.value ?? cell.textContent;
    return cell.dataset.value ? Number(cell.dataset.value) : null;
  }

  function compare(a, b) {
    return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  }
}
