// A number opens what is behind it: its cells, its test or its source, and the notes that it bears.
{
  const dialog = document.getElementById("behind-number");
  const place = document.getElementById("behind");

  for (const link of document.querySelectorAll("a.opens")) link.setAttribute("aria-haspopup", "dialog");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.opens");
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  // A click on the backdrop closes it, as Escape does.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  function open(link) {
    document.getElementById("behind-title").textContent = link.dataset.title;
    document.getElementById("behind-what").textContent = link.dataset.what;
    const detail = document.getElementById(link.dataset.detail);
    const keys = (link.dataset.cells ?? "").split(" ").filter(Boolean);
    const rows = keys.map((key) => document.getElementById(`cell-${key}`)).filter(Boolean);
    place.replaceChildren(...notes(link), ...(detail ? [list(detail)] : []), ...(rows.length ? [table(rows)] : []));
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  function notes(link) {
    return [...link.parentElement.querySelectorAll("sup a")].map((mark) => {
      const note = document.createElement("p");
      note.className = "note";
      note.append(...copy(byHash(mark)).childNodes);
      return note;
    });
  }

  // As the attribute has it: an id is percent-encoded itself.
  function byHash(mark) {
    return document.getElementById(mark.getAttribute("href").slice(1));
  }

  // A row as a list of what its headings say.
  function list(row) {
    const all = document.createElement("dl");
    const headings = headingsOf(row);
    [...row.cells].forEach((cell, at) => {
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = headings[at];
      value.append(...copy(cell).childNodes);
      all.append(term, value);
    });
    return all;
  }

  function table(rows) {
    const all = document.createElement("table");
    const head = all.createTHead().insertRow();
    for (const heading of headingsOf(rows[0])) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = heading;
      head.append(cell);
    }
    all.createTBody().append(...rows.map(copy));
    const box = document.createElement("div");
    box.className = "scroll";
    box.tabIndex = 0;
    box.append(all);
    return box;
  }

  function headingsOf(row) {
    return [...row.closest("table").tHead.rows[0].cells].map((cell) => cell.textContent);
  }

  function copy(part) {
    const clone = part.cloneNode(true);
    clone.removeAttribute("id");
    clone.hidden = false;
    return clone;
  }
}
