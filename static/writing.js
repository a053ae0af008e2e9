// What the page of a section does beyond what the browser does by itself. It works without this.
"use strict";

const form = document.querySelector("[data-writing]");
if (form) {
    const text = form.querySelector("textarea[name=text]");
    const list = document.getElementById("tokens");
    const told = form.querySelector("[data-found]");
    const shown = document.getElementById("preview");
    let waiting = 0;
    let asked = 0;

    // The preview follows what is typed.
    const refresh = async () => {
        try {
            const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form) });
            if (answer.ok) shown.innerHTML = await answer.text();
        } catch { /* the line is down; the next key tries again */ }
    };
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(refresh, 700); });

    // Figures are suggested while one types after two curly brackets.
    const open = () => {
        const before = text.value.slice(0, text.selectionStart);
        const at = before.lastIndexOf("{{");
        return at >= 0 && !/[}|\n]/.test(before.slice(at)) ? at : -1;
    };
    const close = () => {
        list.hidden = true;
        list.replaceChildren();
        text.removeAttribute("aria-activedescendant");
        told.textContent = "";
    };
    const choose = (option) => {
        for (const other of list.children) other.setAttribute("aria-selected", String(other === option));
        text.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
        const at = open();
        if (at < 0) return;
        const after = text.value.slice(text.selectionStart).replace(/^\s*}}/, "");
        text.value = text.value.slice(0, at) + option.dataset.token + after;
        text.selectionStart = text.selectionEnd = at + option.dataset.token.length;
        close();
        text.focus();
        text.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const suggest = async () => {
        const at = open();
        if (at < 0) return close();
        const turn = ++asked;
        const words = text.value.slice(at + 2, text.selectionStart).trim();
        const answer = await fetch(`${form.dataset.tokens}?q=${encodeURIComponent(words)}`).catch(() => null);
        if (!answer || !answer.ok || turn !== asked || open() < 0) return;
        const { tokens } = await answer.json();
        list.replaceChildren(...tokens.map(({ token, title, shown: value }, number) => {
            const option = Object.assign(document.createElement("li"), { id: `token-${number}`, textContent: value ? `${title}: ${value}` : title });
            option.setAttribute("role", "option");
            option.setAttribute("aria-selected", "false");
            option.dataset.token = token;
            option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
            return option;
        }));
        list.hidden = !tokens.length;
        told.textContent = `${told.dataset.found} ${tokens.length}`;
        text.removeAttribute("aria-activedescendant");
    };
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", "tokens");
    text.addEventListener("input", suggest);
    text.addEventListener("blur", close);
    text.addEventListener("keydown", (event) => {
        if (list.hidden) return;
        const options = [...list.children];
        const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) choose(options[(now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length]);
        else if (event.key === "Enter" && now >= 0) take(options[now]);
        else if (event.key === "Escape") close();
        else return;
        event.preventDefault();
    });

    // Words chosen in the text are those that a comment is about; a field of one line takes no others.
    const quoted = document.getElementById("f-quoted");
    text.addEventListener("select", () => { quoted.value = text.value.slice(text.selectionStart, text.selectionEnd).trim().replace(/\s+/g, " ").slice(0, 500); });
}
