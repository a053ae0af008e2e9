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
    addEventListener("pageshow", show);
    show();
}

// What went wrong is the first thing that a reader comes to, even where the address leads to another.
addEventListener("pageshow", () => document.querySelector("[role=alert][tabindex]")?.focus());

// An open menu closes by Escape, and the keyboard is back where it opened.
for (const menu of document.querySelectorAll("details.menu")) {
    menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
    });
}

// A form keeps what is typed as a draft a second after the last key, until it is sent.
for (const form of document.querySelectorAll("form[data-draft]")) {
    const told = form.querySelector("[data-kept]");
    let waiting = 0;
    let line = null;
    let typed = 0;
    let kept = 0;
    let lost = false;
    let leaving = false;
    const isShut = (answer) => answer.redirected || answer.status === 403;
    const send = () => {
        const data = new FormData(form);
        data.set("_keep", "1");
        return fetch(location.href, { method: "POST", body: data, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
    };
    // Whoever signed in again in another tab has another token by now: the page itself tells it.
    const renewed = async () => {
        const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
        const token = page.querySelector("form[data-draft] [name=csrfmiddlewaretoken]");
        for (const field of token ? document.querySelectorAll("[name=csrfmiddlewaretoken]") : []) field.value = token.value;
        return Boolean(token);
    };
    const sendNow = async () => {
        const upTo = typed;
        try {
            let answer = await send();
            if (isShut(answer) && await renewed()) answer = await send();
            lost = isShut(answer);
            if (answer.ok && !lost) {
                const { says, seen } = await answer.json();
                told.textContent = says;
                form.elements._seen.value = seen;
                kept = upTo;
                return;
            }
        } catch {
            lost = true;
        }
        told.textContent = told.dataset.lost;
    };
    // One after another: each answer tells what the draft says, which another window may have written too.
    const keep = async () => {
        while (line) await line;
        line = sendNow();
        await line;
        line = null;
    };
    form.addEventListener("input", () => {
        typed += 1;
        clearTimeout(waiting);
        if (!form.dataset.sent) waiting = setTimeout(keep, 1000);
    });
    // What could not be kept is not sent to where it would be lost.
    form.addEventListener("submit", async (event) => {
        clearTimeout(waiting);
        if (!lost && !line) {
            // What this window sends hereafter goes on from what it has sent, should the answer be lost.
            setTimeout(() => { if (form.elements._again) form.elements._again.value = "1"; });
            return;
        }
        event.preventDefault();
        while (line) await line;
        if (lost) await keep();
        if (!lost) form.requestSubmit(event.submitter);
    });
    // Another form of the page is sent once what is typed in this one is kept.
    document.addEventListener("submit", async (event) => {
        const { target: other, submitter } = event;
        if (other === form || (kept === typed && !leaving)) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (leaving) return;
        leaving = true;
        clearTimeout(waiting);
        await keep();
        leaving = false;
        if (kept === typed) other.requestSubmit(submitter);
    }, true);
}

// A second click on a button that sends a form sends it once.
for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
        if (event.defaultPrevented) return;
        if (form.dataset.sent) { event.preventDefault(); return; }
        form.dataset.sent = "1";
        setTimeout(() => { delete form.dataset.sent; }, 5000);
    });
}
// A page that the browser kept and shows again may be sent again; a form of it that was sent is opened anew, as the record is now.
addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    const sent = [...document.querySelectorAll("form[data-sent]")];
    if (sent.some((form) => "draft" in form.dataset)) location.reload();
    sent.forEach((form) => { delete form.dataset.sent; });
});

// Names of records are suggested while one types, where the page does not hold them all.
const asked = new Map();
const namesAt = (url) => {
    if (!asked.has(url)) asked.set(url, fetch(url).then((answer) => answer.json()).then((found) => found.names).catch(() => { asked.delete(url); return []; }));
    return asked.get(url);
};
const suggest = async (input) => {
    const words = input.value.trim();
    let list = document.getElementById(input.getAttribute("list"));
    if ((list && !list.dataset.asked) || words.length < 2) return;
    const names = await namesAt(`${input.dataset.suggest}?q=${encodeURIComponent(words)}`);
    if (input.value.trim() !== words) return;
    list = document.getElementById(input.getAttribute("list"));
    if (!list) {
        list = Object.assign(document.createElement("datalist"), { id: input.getAttribute("list") });
        list.dataset.asked = "1";
        document.body.append(list);
    }
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { textContent: name })));
};
document.addEventListener("input", (event) => { if (event.target.dataset.suggest) suggest(event.target); });

// Places for one more linked record come as they are needed.
for (const group of document.querySelectorAll("[data-several]")) {
    const rows = [...group.querySelectorAll(".row")];
    const empty = (row) => [...row.querySelectorAll("input")].every((input) => !input.value);
    const spare = rows.filter(empty).slice(1);
    if (!spare.length) continue;
    spare.forEach((row) => { row.hidden = true; });
    const more = Object.assign(document.createElement("button"), { type: "button", className: "btn two mini", textContent: group.dataset.several });
    more.addEventListener("click", () => {
        const row = spare.shift() || rows[0].cloneNode(true);
        if (!row.isConnected) {
            const number = group.querySelectorAll(".row").length + 1;
            row.querySelectorAll("input").forEach((input) => {
                input.value = "";
                input.id = input.id && `${group.id}-${number}`;
                input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/, 1(?=,|$)/, `, ${number}`));
            });
        }
        row.hidden = false;
        more.before(row);
        row.querySelector("input").focus();
    });
    group.append(more);
}
