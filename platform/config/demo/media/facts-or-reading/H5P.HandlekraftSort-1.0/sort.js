// Statements under one of two headings: tells how it went, and goes on where it was left.
var H5P = H5P || {};

H5P.HandlekraftSort = (function (EventDispatcher) {
  let groups = 0;

  function element(name, text, properties) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    return Object.assign(made, properties);
  }

  function Sort(params, id, extras) {
    EventDispatcher.call(this);
    this.contentId = id;
    this.params = params;
    // What is not chosen yet comes back from a kept state as null.
    this.chosen = (extras && extras.previousState && extras.previousState.chosen) || [];
  }
  Sort.prototype = Object.create(EventDispatcher.prototype);
  Sort.prototype.constructor = Sort;

  Sort.prototype.attach = function ($container) {
    this.setActivityStarted();
    this.root = element("div", "", { className: "hk-sort" }); // no form: a player may forbid to send one
    this.root.append(element("p", this.params.lead));
    this.rows = this.params.statements.map((statement, place) => this.row(statement, place));
    this.verdict = element("p", "", { className: "hk-sort__verdict" });
    this.verdict.setAttribute("role", "status");
    this.button = element("button", this.params.check, { type: "button" });
    this.button.addEventListener("click", () => this.check());
    this.retry = element("button", this.params.again, { type: "button", hidden: true });
    this.retry.addEventListener("click", () => this.reset());
    this.root.append(...this.rows, this.button, this.retry, this.verdict);
    $container.get(0).append(this.root);
  };

  Sort.prototype.row = function (statement, place) {
    const row = element("fieldset");
    const name = `hk-sort-${(groups += 1)}`;
    row.append(element("legend", statement.text));
    this.params.kinds.forEach((kind, number) => {
      const label = element("label");
      const radio = element("input", "", { type: "radio", name, checked: this.chosen[place] === number });
      radio.addEventListener("change", () => {
        this.chosen[place] = number;
        this.triggerXAPI("interacted");
      });
      label.append(radio, ` ${kind}`);
      row.append(label);
    });
    return row;
  };

  Sort.prototype.check = function () {
    const { statements, kinds, missing, result } = this.params;
    if (statements.some((_, place) => this.chosen[place] == null)) {
      this.verdict.textContent = missing;
      this.trigger("resize");
      return;
    }
    statements.forEach((statement, place) => {
      const right = this.chosen[place] === statement.kind;
      const told = element("p", `${right ? "✓" : "→"} ${kinds[statement.kind]}. ${statement.why}`);
      told.className = right ? "hk-sort__right" : "hk-sort__other";
      this.rows[place].append(told);
      this.rows[place].disabled = true;
    });
    this.button.hidden = true;
    this.retry.hidden = false;
    this.retry.focus();
    this.verdict.textContent = result.replace("@score", this.getScore()).replace("@total", this.getMaxScore());
    this.triggerXAPIScored(this.getScore(), this.getMaxScore(), "completed", true, this.getScore() === this.getMaxScore());
    this.trigger("resize");
  };

  Sort.prototype.reset = function () {
    this.chosen = [];
    const fresh = this.params.statements.map((statement, place) => this.row(statement, place));
    this.rows.forEach((row, place) => row.replaceWith(fresh[place]));
    this.rows = fresh;
    this.button.hidden = false;
    this.retry.hidden = true;
    this.verdict.textContent = "";
    this.rows[0].querySelector("input").focus();
    this.trigger("resize");
  };

  Sort.prototype.getScore = function () {
    return this.params.statements.filter((statement, place) => this.chosen[place] === statement.kind).length;
  };
  Sort.prototype.getMaxScore = function () {
    return this.params.statements.length;
  };
  Sort.prototype.getAnswerGiven = function () {
    return this.chosen.some((one) => one != null);
  };
  Sort.prototype.getCurrentState = function () {
    return this.getAnswerGiven() ? { chosen: this.chosen } : undefined;
  };

  return Sort;
})(H5P.EventDispatcher);
