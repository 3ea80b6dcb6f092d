/** Patches that touch only what differs, so that a page at rest costs nothing. */

/** The elements below `root` by their `data-f`; the first one of each name. */
export function cells(root) {
  const found = {};
  for (const element of root.querySelectorAll("[data-f]")) found[element.dataset.f] ??= element;
  return found;
}

/** Let an element say `value`. */
export function write(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** Set an attribute. */
export function mark(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Let the icon in `element` be the one called `name`. */
export function draw(element, name) {
  const use = element.querySelector("use");
  const [sheet] = use.getAttribute("href").split("#");
  mark(use, "href", `${sheet}#${name}`);
}

/** Show or hide an element. */
export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/** Let a list have these children in this order, moving as few as possible and keeping the focus. */
export function arrange(list, elements) {
  const focused = document.activeElement;
  const wanted = new Set(elements);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  let next = list.firstElementChild;
  for (const element of elements) {
    if (element === next) next = next.nextElementSibling;
    else list.insertBefore(element, next);
  }
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}
