// The page of an API: search, tabs, copying and, where it is served, instances and calls.
// What comes from a server is shown as text and never as HTML.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // A page from a file may have no storage.
  const remember = (key, value) => {
    try {
      if (value !== undefined) localStorage.setItem(key, value);
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };

  document.documentElement.classList.add("js");
  const methods = all("details.method");

  // Search: every word has to be somewhere in what is said of a method.

  const find = one("#find");
  const links = new Map(all("#menu li").map((item) => [item.dataset.of, item]));

  const search = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const method of methods) {
      const fits = words.every((word) => method.dataset.find.includes(word));
      method.hidden = !fits;
      const link = links.get(method.id);
      if (link) link.hidden = !fits;
      if (fits) count += 1;
    }
    const searching = words.length > 0;
    for (const api of all("section.api")) {
      const some = all("details.method", api).some((method) => !method.hidden);
      api.hidden = searching && !some;
      const types = one(".types", api);
      if (types) {
        types.hidden = searching;
        types.previousElementSibling.hidden = searching;
      }
    }
    one(".nothing").hidden = !searching || count > 0;
    one("#found").textContent = searching ? `${count} of ${methods.length} methods` : "";
  };

  const clear = () => {
    find.value = "";
    search();
    find.focus();
  };

  find.addEventListener("input", search);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      clear();
      event.preventDefault();
    } else if (event.key === "Enter") {
      const first = methods.find((method) => !method.hidden);
      if (first) {
        go(first.id);
      }
      event.preventDefault();
    }
  });
  one("[data-clear]").addEventListener("click", clear);
  document.addEventListener("keydown", (event) => {
    const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
      find.select();
    }
  });

  // A link to a method opens it.

  const open = () => {
    let id = "";
    try {
      id = decodeURIComponent(location.hash.slice(1));
    } catch {
      return;
    }
    for (const link of all("#menu [aria-current]")) link.removeAttribute("aria-current");
    const target = document.getElementById(id);
    if (!target) return;
    if (target.closest("[hidden]")) {
      find.value = "";
      search();
    }
    if (target.matches("details.method")) {
      target.open = true;
      one("a", links.get(id))?.setAttribute("aria-current", "true");
      one("summary", target).focus({ preventScroll: true });
    }
    target.scrollIntoView();
  };
  // What is open by the time that the change of the hash is told of is not opened again: whoever has
  // gone on typing elsewhere by then would be taken back.
  let opened = "";
  const go = (id) => {
    const before = location.hash;
    location.hash = id;
    if (location.hash !== before) opened = location.hash;
    open();
  };
  addEventListener("hashchange", () => {
    const already = location.hash === opened;
    opened = "";
    if (!already) open();
  });
  // A link to where one is already changes no hash.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) open();
  });

  for (const button of all("[data-all]")) {
    button.addEventListener("click", () => {
      const of = all("details.method", button.closest("section"));
      const opens = of.some((method) => !method.open);
      for (const method of of) method.open = opens;
      button.setAttribute("aria-expanded", String(opens));
      button.textContent = opens ? "Close all" : "Open all";
    });
  }

  // Tabs: one choice for the whole page.

  const choose = (language) => {
    for (const tab of all("[role=tab]")) {
      const chosen = tab.dataset.language === language;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of all("[role=tabpanel]")) panel.hidden = panel.dataset.language !== language;
    remember("messaging.language", language);
  };

  for (const list of all("[role=tablist]")) {
    const tabs = all("[role=tab]", list);
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) choose(tab.dataset.language);
    });
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = tabs.indexOf(document.activeElement);
      const next = tabs[(at + step + tabs.length) % tabs.length];
      choose(next.dataset.language);
      next.focus();
      event.preventDefault();
    });
  }
  const languages = new Set(all("[role=tab]").map((tab) => tab.dataset.language));
  const before = remember("messaging.language");
  if (languages.size) choose(languages.has(before) ? before : [...languages][0]);

  // Copying. Where the clipboard is not to be had, the code is selected, to be copied by hand.

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const code = one("code", button.parentElement);
    let said = "Copied";
    try {
      // A browser that asks its user first is not waited for.
      const late = new Promise((_, refuse) => setTimeout(refuse, 700));
      await Promise.race([navigator.clipboard.writeText(code.textContent), late]);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      said = "Selected";
    }
    button.textContent = said;
    setTimeout(() => (button.textContent = "Copy"), 1600);
  });

  open();

  if (!document.body.dataset.live) return;

  // Served: who is there, and what they have done.

  const seconds = (value) => {
    if (value === null || value === undefined) return "–";
    if (value < 0.001) return "<\u00a01\u00a0ms";
    if (value < 1) return `${Math.round(value * 1000)}\u00a0ms`;
    if (value < 120) return `${Number(value.toPrecision(3))}\u00a0s`;
    if (value < 7200) return `${Math.round(value / 60)}\u00a0min`;
    if (value < 172800) return `${Math.round(value / 3600)}\u00a0h`;
    return `${Math.round(value / 86400)} days`;
  };
  const number = (value) => value.toLocaleString("en");

  const sum = (numbers) =>
    numbers.reduce(
      (total, one) => ({
        calls: total.calls + one.calls,
        in_flight: total.in_flight + one.in_flight,
        errors: total.errors + one.errors,
        p50: Math.max(total.p50 ?? 0, one.p50 ?? 0) || null,
        p99: Math.max(total.p99 ?? 0, one.p99 ?? 0) || null,
      }),
      { calls: 0, in_flight: 0, errors: 0, p50: null, p99: null },
    );

  const served = (server, place) =>
    (server.apis ?? []).filter(
      (api) =>
        (api.namespace ?? "") === place.namespace &&
        api.api === place.api &&
        api.version === place.version,
    );

  const table = (rows) => {
    const heads = ["Server", "Up", "Calls", "In flight", "Errors", "Half within", "99\u00a0% within"];
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map(({ server, numbers }) => {
      const errors = numbers.errors > 0 ? { class: "some" } : {};
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, server.server),
        make("td", {}, seconds(server.uptime)),
        make("td", {}, number(numbers.calls)),
        make("td", {}, number(numbers.in_flight)),
        make("td", errors, number(numbers.errors)),
        make("td", {}, seconds(numbers.p50)),
        make("td", {}, seconds(numbers.p99)),
      );
    });
    return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
  };

  const place = (element) => ({ namespace: "", ...element.dataset });

  const show = (live) => {
    for (const box of all(".instances")) {
      const at = place(box);
      const of = live.servers.filter((server) => server.topic === at.topic);
      const rows = of
        .map((server) => ({ server, apis: served(server, at) }))
        .filter(({ apis }) => apis.length > 0)
        .map(({ server, apis }) => ({ server, numbers: sum(apis.flatMap((api) => api.methods)) }));
      const parts = rows.length ? [table(rows)] : [];
      const silent = live.silent.filter((topic) => topic.topic === at.topic);
      const others = silent.reduce((count, topic) => count + topic.count, 0);
      if (others > 0) {
        const text = `${rows.length ? "And " : ""}${others} that ${others > 1 ? "tell" : "tells"} nothing of itself, as servers in Python do.`;
        parts.push(make("p", { class: "quiet" }, text));
      }
      if (!parts.length) parts.push(make("p", { class: "quiet" }, "Nobody serves it now."));
      one(".scroll", box).replaceChildren(...parts);

      for (const method of all("details.method", box.closest("section"))) {
        const name = method.dataset.method;
        const found = rows.flatMap(({ server }) =>
          served(server, at).flatMap((api) => api.methods.filter((it) => it.method === name)),
        );
        const line = one("[data-stats]", method);
        const total = sum(found);
        line.hidden = found.length === 0;
        line.textContent =
          `${number(total.calls)} ${total.calls === 1 ? "run" : "runs"}, ` +
          `${number(total.in_flight)} now, ${number(total.errors)} with an error` +
          (total.p99 === null ? "" : `; half within ${seconds(total.p50)}, 99\u00a0% within ${seconds(total.p99)}`);
      }
      for (const select of all("select[data-server]", box.closest("section"))) {
        const chosen = select.value;
        const fixed = [...select.options].filter((it) => it.value === "" || it.value === "*");
        const named = rows.map(({ server }) => make("option", { value: server.server }, server.server));
        select.replaceChildren(...fixed, ...named);
        select.value = chosen;
        if (select.selectedIndex < 0) select.value = "";
      }
    }
  };

  const pulse = one("#live");
  const say = (text, state) => {
    if (pulse.textContent !== text) pulse.textContent = text;
    pulse.className = `pulse ${state}`;
  };

  const ask = async (path, options) => {
    const answer = await fetch(path, { cache: "no-store", ...options });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error ?? `the page's server said ${answer.status}`);
    return body;
  };

  const refresh = async () => {
    if (!document.hidden) {
      try {
        const live = await ask("api/live");
        show(live);
        const count = live.servers.length + live.silent.reduce((all, it) => all + it.count, 0);
        const problem = live.problems[0];
        if (problem) say(problem, "off");
        else say(count === 1 ? "1 server" : `${count} servers`, count ? "on" : "");
      } catch (error) {
        say(error instanceof TypeError ? "the page's server is gone" : error.message, "off");
      }
    }
    setTimeout(refresh, 4000);
  };
  refresh();

  // Calls.

  const wrong = (input, text) => {
    input.setAttribute("aria-invalid", text ? "true" : "false");
    const place = document.getElementById(`${input.id}:wrong`);
    if (place) place.textContent = text;
  };

  // The value of a field as JSON text, so that numbers go as they were written; nothing where it
  // is left out.
  const value = (input) => {
    const text = input.value;
    const may = "may" in input.dataset;
    if (text.trim() === "" && may) return undefined;
    switch (input.dataset.kind) {
      case "text":
        return JSON.stringify(text);
      case "boolean":
        return text;
      case "number":
        if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim())) throw new Error("a number is wanted");
        return text.trim();
      default:
        try {
          JSON.parse(text);
        } catch (error) {
          throw new Error(text.trim() === "" ? "a value is wanted, as JSON" : `no JSON: ${error.message}`);
        }
        return text;
    }
  };

  const request = (form) => {
    let first = null;
    const args = [];
    for (const input of all("[data-arg]", form)) {
      try {
        const written = value(input);
        wrong(input, "");
        if (written !== undefined) args.push(`${JSON.stringify(input.dataset.arg)}:${written}`);
      } catch (error) {
        wrong(input, error.message);
        first ??= input;
      }
    }
    const context = one("[data-context]", form);
    let contextText = "{}";
    try {
      const parsed = JSON.parse(context.value.trim() || "{}");
      if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) throw new Error();
      contextText = context.value.trim() || "{}";
      wrong(context, "");
    } catch {
      wrong(context, "no JSON object");
      first ??= context;
    }
    if (first) {
      const hidden = first.closest("details:not([open])");
      if (hidden) hidden.open = true;
      first.focus();
      return null;
    }
    const at = form.dataset;
    const server = one("[data-server]", form).value;
    const timeout = Number(one("[data-timeout]", form)?.value ?? "");
    const rest = {
      topic: at.topic,
      namespace: at.namespace,
      version: at.version,
      method: at.method,
      cast: "cast" in at,
      fanout: server === "*",
      server: server === "*" || server === "" ? undefined : server,
      timeout: timeout > 0 ? timeout : undefined,
    };
    const start = JSON.stringify(rest).slice(0, -1);
    return `${start},"context":${contextText},"args":{${args.join(",")}}}`;
  };

  const tell = (form, state, verdict, took, ...more) => {
    const line = make("p", { class: `verdict ${state}` }, verdict);
    if (took !== undefined) line.append(" ", make("span", { class: "took" }, `in ${seconds(took)}`));
    one(".outcome", form).replaceChildren(line, ...more);
  };
  const block = (text) => make("pre", { tabindex: "0" }, make("code", {}, text));

  const outcome = (form, answer) => {
    switch (answer.outcome) {
      case "answered":
        return tell(form, "good", "Answered", answer.seconds, block(answer.text));
      case "sent":
        return tell(form, "good", "Sent; a cast has no answer", answer.seconds);
      case "failed": {
        const more = [];
        if (answer.message) more.push(make("p", {}, answer.message));
        if (answer.fields) more.push(block(answer.fields));
        const place = answer.declared
          ? "an error that the method declares"
          : "no error that the method declares";
        more.push(make("p", { class: "quiet" }, `${answer.module}.${answer.class}: ${place}.`));
        return tell(form, "bad", answer.class, answer.seconds, ...more);
      }
      default:
        return tell(form, "bad", answer.kind ?? "It was not called", answer.seconds, make("p", {}, answer.text ?? ""));
    }
  };

  for (const form of all("form[data-call]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = request(form);
      if (body === null) return;
      const button = one(".send button", form);
      button.disabled = true;
      one(".outcome", form).replaceChildren(make("p", { class: "quiet" }, "Waiting for the answer…"));
      try {
        const headers = { "Content-Type": "application/json" };
        outcome(form, await ask("api/call", { method: "POST", headers, body }));
      } catch (error) {
        tell(form, "bad", "It was not called", undefined, make("p", {}, error.message));
      } finally {
        button.disabled = false;
      }
    });
  }
})();
