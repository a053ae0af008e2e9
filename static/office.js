// What the office's pages do beyond what the browser does by itself. Every page works without it.
"use strict";

// Rows chosen in a list: all of a page at once, the number in words' place, the row marked.
for (const all of document.querySelectorAll("[data-all]")) {
    const form = all.closest("form");
    const boxes = [...form.querySelectorAll("tbody input[name=ref]")];
    const told = form.querySelector("[data-chosen]");
    const words = told ? told.textContent : "";
    const show = () => {
        const chosen = boxes.filter((box) => box.checked).length;
        boxes.forEach((box) => box.closest("tr").classList.toggle("on", box.checked));
        all.checked = chosen > 0 && chosen === boxes.length;
        all.indeterminate = chosen > 0 && chosen < boxes.length;
        if (told) told.textContent = `${words} ${chosen}`;
    };
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); show(); });
    boxes.forEach((box) => box.addEventListener("change", show));
    show();
}

// A form keeps what is typed as a draft a second after the last key.
for (const form of document.querySelectorAll("form[data-draft]")) {
    const told = form.querySelector("[data-kept]");
    let waiting = 0;
    let leaving = false;
    const keep = async () => {
        if (leaving) return;
        const data = new FormData(form);
        data.set("_keep", "1");
        try {
            const answer = await fetch(form.action || location.href, { method: "POST", body: data, headers: { Accept: "application/json" } });
            if (answer.ok) told.textContent = (await answer.json()).says;
        } catch { /* the line is down; the next key tries again */ }
    };
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(keep, 1000); });
    form.addEventListener("submit", () => { leaving = true; clearTimeout(waiting); });
}

// A second click on a button that sends a form sends it once.
for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "1";
        setTimeout(() => { delete form.dataset.sent; }, 5000);
    });
}

// Names of records are suggested while one types, where the page does not hold them all.
const asked = new Map();
const suggest = async (input) => {
    const words = input.value.trim();
    const list = document.getElementById(input.getAttribute("list"));
    if ((list && !list.dataset.asked) || words.length < 2) return;
    const url = `${input.dataset.suggest}?q=${encodeURIComponent(words)}`;
    if (!asked.has(url)) asked.set(url, fetch(url).then((answer) => (answer.ok ? answer.json() : { names: [] }), () => ({ names: [] })));
    const { names } = await asked.get(url);
    const shown = list || document.createElement("datalist");
    if (!list) { shown.id = input.getAttribute("list"); shown.dataset.asked = "1"; document.body.append(shown); }
    shown.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { textContent: name })));
};
for (const input of document.querySelectorAll("input[data-suggest]")) {
    input.addEventListener("input", () => suggest(input));
}

// Places for one more linked record come as they are needed.
for (const group of document.querySelectorAll("[data-several]")) {
    const rows = [...group.querySelectorAll(".row")];
    const empty = (row) => [...row.querySelectorAll("input")].every((input) => !input.value);
    const spare = rows.filter(empty).slice(1);
    if (!spare.length) continue;
    spare.forEach((row) => { row.hidden = true; });
    const more = Object.assign(document.createElement("button"), { type: "button", className: "btn two mini", textContent: group.dataset.several });
    more.addEventListener("click", () => {
        let row = spare.shift();
        if (!row) { row = rows[rows.length - 1].cloneNode(true); row.querySelectorAll("input").forEach((input) => { input.value = ""; if (input.dataset.suggest) input.addEventListener("input", () => suggest(input)); }); }
        row.hidden = false;
        more.before(row);
        row.querySelector("input").focus();
    });
    group.append(more);
}
