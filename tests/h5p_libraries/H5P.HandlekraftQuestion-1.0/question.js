// One question with one right answer: tells of every choice and of how it went, and goes on where it was left.
var H5P = H5P || {};

H5P.HandlekraftQuestion = (function (EventDispatcher, shared) {
  function Question(params, id, extras) {
    EventDispatcher.call(this);
    this.contentId = id;
    this.params = params;
    this.chosen = extras && extras.previousState ? extras.previousState.chosen : undefined;
    this.begun = Date.now();
  }
  Question.prototype = Object.create(EventDispatcher.prototype);
  Question.prototype.constructor = Question;

  Question.prototype.attach = function ($container) {
    this.setActivityStarted(); // core then tells that it was attempted
    const root = shared.element("div", { class: "hk-question" });
    const fieldset = shared.element("fieldset");
    const name = shared.next();
    fieldset.append(shared.element("legend", {}, this.params.question));
    if (this.params.picture) {
      const picture = shared.element("img", { alt: "", src: H5P.getPath(this.params.picture.path, this.contentId) });
      picture.addEventListener("load", () => this.trigger("resize"));
      fieldset.append(picture);
    }
    this.params.answers.forEach((answer, place) => {
      const label = shared.element("label");
      const radio = shared.element("input", { type: "radio", name });
      radio.checked = place === this.chosen;
      radio.addEventListener("change", () => {
        this.chosen = place;
        this.triggerXAPI("interacted");
      });
      label.append(radio, ` ${answer}`);
      fieldset.append(label);
    });
    const button = shared.element("button", { type: "button" }, "Svar");
    const verdict = shared.element("p", { role: "status" });
    button.addEventListener("click", () => {
      if (this.chosen === undefined) verdict.textContent = "Velg et svar";
      else verdict.textContent = this.answer() ? "Riktig" : "Ikke riktig";
      this.trigger("resize");
    });
    root.append(fieldset, button, verdict);
    $container.get(0).append(root);
  };

  Question.prototype.answer = function () {
    for (const verb of ["answered", "completed"]) this.trigger(this.told(verb));
    return this.getScore() === 1;
  };

  Question.prototype.told = function (verb) {
    const event = this.createXAPIEventTemplate(verb);
    const { statement } = event.data;
    event.setScoredResult(this.getScore(), this.getMaxScore(), this, true, this.getScore() === 1);
    statement.result.response = String(this.chosen);
    statement.result.duration = `PT${Math.round((Date.now() - this.begun) / 10) / 100}S`;
    Object.assign(statement.object.definition, {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: "choice",
      description: { "en-US": this.params.question },
      choices: this.params.answers.map((answer, place) => ({ id: String(place), description: { "en-US": answer } })),
      correctResponsesPattern: [String(this.params.right)],
    });
    return event;
  };

  // What other libraries ask of a question that they hold.
  Question.prototype.getScore = function () {
    return this.chosen === this.params.right ? 1 : 0;
  };
  Question.prototype.getMaxScore = () => 1;
  Question.prototype.getAnswerGiven = function () {
    return this.chosen !== undefined;
  };
  Question.prototype.getXAPIData = function () {
    return { statement: this.told("answered").data.statement };
  };

  Question.prototype.getCurrentState = function () {
    return this.chosen === undefined ? undefined : { chosen: this.chosen };
  };

  return Question;
})(H5P.EventDispatcher, HandlekraftShared);
