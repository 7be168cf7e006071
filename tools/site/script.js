"use strict";

/* What is asked for, and which lessons that is. These know nothing of the page. */

function askedIn(search) {
  const parameters = new URLSearchParams(search);
  const of = (name) => (parameters.get(name) || "").trim();
  return { q: of("q"), class: of("class").toLowerCase(), language: of("language").toLowerCase() };
}

function searchFor(asked) {
  const given = Object.entries(asked).filter(([, value]) => value.trim());
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

function isWanted(lesson, asked) {
  const words = asked.q.toLowerCase().split(/\s+/);
  return (
    words.every((word) => lesson.text.includes(word)) &&
    (!asked.class || lesson.class === asked.class) &&
    (!asked.language || lesson.languages.includes(asked.language))
  );
}

function countWords(shown, all) {
  if (shown === all) return `${all} lessons, newest first`;
  if (shown === 0) return "No lesson matches all of these; try fewer words.";
  return `${shown} of ${all} lessons`;
}

/* The page. Without a script it shows all lessons and no form. */

function startFilter(form) {
  const fields = ["q", "class", "language"].map((name) => form.elements.namedItem(name));
  const reset = form.querySelector("[type=reset]");
  const count = form.querySelector("[role=status]");
  const lessons = [...document.querySelectorAll("[data-text]")].map((element) => ({
    element,
    text: element.dataset.text,
    class: element.dataset.class,
    languages: element.dataset.languages.split(","),
  }));

  function show() {
    const asked = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    for (const lesson of lessons) lesson.element.hidden = !isWanted(lesson, asked);
    count.textContent = countWords(lessons.filter((lesson) => !lesson.element.hidden).length, lessons.length);
    reset.hidden = !searchFor(asked);
    return asked;
  }

  function read() {
    const asked = askedIn(location.search);
    for (const field of fields) field.value = asked[field.name];
    for (const field of fields) if (field.selectedIndex === -1) field.value = "";
    show();
  }

  function write() {
    const search = searchFor(show());
    history.replaceState(null, "", search || location.pathname);
  }

  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of fields) field.value = "";
    write();
    fields[0].focus();
  });
  addEventListener("pageshow", read); // also after "back", when browsers fill the fields in again
  form.hidden = false;
  read();
}

async function copy(code, status) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    status.textContent = "Copied.";
  } catch {
    code.closest("details").open = true;
    getSelection().selectAllChildren(code);
    status.textContent = "Selected. Press Ctrl+C or Cmd+C to copy.";
  }
}

function start() {
  const form = document.getElementById("filter");
  if (form) startFilter(form);
  for (const button of document.querySelectorAll("[data-copies]")) {
    const status = button.parentElement.querySelector("[role=status]");
    button.addEventListener("click", () => copy(document.getElementById(button.dataset.copies), status));
    button.hidden = false;
  }
}

if (typeof document !== "undefined") start();
