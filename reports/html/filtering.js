// Boxes hide what they stand for: rows, columns and panels bear what they belong to as data-sees, data-pair...
{
  const KINDS = ["sees", "kind", "pair", "type"];
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");

  form.hidden = form.querySelector("input") === null;
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();

  function apply() {
    const left = Object.fromEntries(KINDS.map((kind) => [kind, checked(kind)]));
    for (const part of document.querySelectorAll(KINDS.map((kind) => `main [data-${kind}]`).join())) {
      part.hidden = KINDS.some((kind) => part.dataset[kind] !== undefined && !left[kind](part.dataset[kind]));
    }
    hideEmpty("main tbody", "tr[data-sees]");
    hideEmpty("main .panel", "li");
    count();
  }

  // Whether a value's box is checked; true for a value without one.
  function checked(kind) {
    const off = new Set([...form.querySelectorAll(`[name=${kind}]:not(:checked)`)].map((box) => box.value));
    return (value) => !off.has(value);
  }

  function hideEmpty(outer, inner) {
    for (const part of document.querySelectorAll(outer)) {
      const parts = [...part.querySelectorAll(inner)];
      if (parts.length > 0 && parts.every((one) => one.hidden)) part.hidden = true;
    }
  }

  function count() {
    const rows = [...document.querySelectorAll("table.scores tbody tr[data-sees]")];
    const visible = rows.filter((row) => row.closest("[hidden]") === null).length;
    const nothing = KINDS.some((kind) => {
      const boxes = [...form.querySelectorAll(`[name=${kind}]`)];
      return boxes.length > 0 && boxes.every((box) => !box.checked);
    });
    shown.textContent = nothing
      ? "Nothing is left: check a box in each group."
      : `${visible} of ${rows.length} rows of scores shown`;
  }
}
