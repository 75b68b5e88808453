(() => {
  // on paper nothing can be unfolded; a plan's nodes stay folded, their tree says what matters
  const opened = [];
  addEventListener("beforeprint", () => document.querySelectorAll("details:not([open], td details)").forEach((one) => { one.open = true; opened.push(one); }));
  addEventListener("afterprint", () => opened.splice(0).forEach((one) => { one.open = false; }));
  // what scrolls sideways can be reached without a mouse
  const reach = () => document.querySelectorAll(".perfkit-scroll, .shown, .scroll, pre").forEach((one) => {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
    else one.removeAttribute("tabindex");
  });
  reach();
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  if (!navigator.clipboard) return;
  document.querySelectorAll("pre.language-sql").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", () => navigator.clipboard.writeText(code.textContent).then(() => {
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    }));
    const frame = document.createElement("div");
    frame.className = "copyable";
    code.replaceWith(frame);
    frame.append(code, button);
  });
})();
