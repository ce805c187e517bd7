// Conveniences only: without this script the page reads the same.
(function () {
  "use strict";
  var root = document.documentElement;

  function speak(lang) {
    root.lang = lang;
  }

  document.querySelectorAll("input.switch").forEach(function (input) {
    if (input.checked) { speak(input.value); }
    input.addEventListener("change", function () { speak(input.value); });
  });

  // A link to an excerpt opens what it lies in.
  function open(id) {
    // What both languages link to stands once in each of them.
    var place = id ? document.getElementById(id) || document.getElementById(id + "-" + root.lang) : null;
    for (var one = place; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    if (place) { place.scrollIntoView({ block: "start" }); }
  }
  window.addEventListener("hashchange", function () { open(decodeURIComponent(location.hash.slice(1))); });
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[href^='#']") : null;
    if (link) { open(decodeURIComponent(link.getAttribute("href").slice(1))); }
  });
  if (location.hash) { open(decodeURIComponent(location.hash.slice(1))); }

  // On paper nothing can be opened.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll("details:not([open])"), function (one) {
      one.open = true;
      return true;
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (one) { one.open = false; });
  });

  function select(place) {
    var range = document.createRange();
    range.selectNodeContents(place);
    var chosen = window.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
  }

  document.querySelectorAll("button.copy").forEach(function (button) {
    var label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      var place = document.getElementById(button.dataset.copy);
      function done() {
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = label; }, 2000);
      }
      function byHand() {
        select(place);
        try { if (document.execCommand("copy")) { done(); } } catch (error) { /* it is selected, Ctrl+C works */ }
      }
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(place.textContent).then(done, byHand);
      } else {
        byHand();
      }
    });
  });
})();
