// What the question is built with: elements, and a number that tells two of the same kind on one page apart.
var HandlekraftShared = (() => {
  let number = 0;
  return {
    next: () => `hk-${(number += 1)}`,
    element: (name, attributes = {}, text = "") => {
      const made = document.createElement(name);
      for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
      made.textContent = text;
      return made;
    },
  };
})();
