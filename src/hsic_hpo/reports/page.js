"use strict";
// A page opened from disk may lack the clipboard: then the text is selected and copied as before.
async function copy(button) {
  const text = button.dataset.yaml;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 1500);
}
for (const button of document.querySelectorAll("button.copy")) {
  let waiting = false;
  button.addEventListener("click", async () => {
    if (waiting) return;
    waiting = true;
    await copy(button);
    setTimeout(() => { waiting = false; }, 1500);
  });
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function pair([name, value]) {
  const made = document.createElement("div");
  made.append(element("dt", name), element("dd", value));
  return made;
}

const data = document.getElementById("front-choices");
if (data) {
  const choices = JSON.parse(data.textContent);
  const chart = document.getElementById("front-chart");
  const [costLimit, errorLimit, slider, note, facts, configuration, button, ring] = [
    "cost-limit", "error-limit", "front-place", "picked-note", "picked-facts",
    "picked-configuration", "picked-copy", "picked",
  ].map((id) => document.getElementById(id));
  const places = [...chart.querySelectorAll(".place")];
  let picked = Number(slider.value);
  let said = "";

  function show(place, text) {
    const choice = choices[place];
    note.textContent = text || `Network ${place + 1} of ${choices.length}, the cheapest first.`;
    facts.replaceChildren(...choice.facts.map(pair));
    configuration.firstElementChild.replaceChildren(...choice.configuration.map(pair));
    button.dataset.yaml = choice.yaml;
    ring.setAttribute("cx", places[place].getAttribute("cx"));
    ring.setAttribute("cy", places[place].getAttribute("cy"));
  }
  function pick(place, text) {
    picked = place;
    said = text;
    slider.value = place;
    show(place, text);
  }
  function number(input) {
    return input.value.trim() === "" ? NaN : Number(input.value);
  }
  costLimit.addEventListener("input", () => {
    errorLimit.value = "";
    const limit = number(costLimit);
    if (Number.isNaN(limit)) return;
    const place = choices.findLastIndex((choice) => choice.cost <= limit);
    if (place < 0) pick(0, "No network is that cheap: this is the cheapest.");
    else pick(place, "The lowest validation error within this limit.");
  });
  errorLimit.addEventListener("input", () => {
    costLimit.value = "";
    const limit = number(errorLimit);
    if (Number.isNaN(limit)) return;
    const place = choices.findIndex((choice) => choice.error <= limit);
    if (place < 0) pick(choices.length - 1, "No network errs that little: this is the best.");
    else pick(place, "The cheapest network within this limit.");
  });
  slider.addEventListener("input", () => {
    costLimit.value = errorLimit.value = "";
    pick(Number(slider.value));
  });
  for (const [place, circle] of places.entries()) {
    circle.addEventListener("pointerenter", () => show(place));
    circle.addEventListener("pointerleave", () => show(picked, said));
    circle.addEventListener("click", () => {
      costLimit.value = errorLimit.value = "";
      pick(place);
    });
  }
}
