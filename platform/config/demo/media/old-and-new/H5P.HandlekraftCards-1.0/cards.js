// Cards with something on each side; done when each has been turned.
var H5P = H5P || {};

H5P.HandlekraftCards = (function (EventDispatcher) {
  function Cards(params, id) {
    EventDispatcher.call(this);
    this.contentId = id;
    this.params = params;
    this.turned = new Set();
  }
  Cards.prototype = Object.create(EventDispatcher.prototype);
  Cards.prototype.constructor = Cards;

  Cards.prototype.attach = function ($container) {
    this.setActivityStarted();
    this.params.cards.forEach((card, place) => {
      const details = document.createElement("details");
      const front = document.createElement("summary");
      const back = document.createElement("p");
      front.textContent = card.front;
      back.textContent = card.back;
      details.append(front, back);
      details.addEventListener("toggle", () => this.turn(place));
      $container.get(0).append(details);
    });
  };

  Cards.prototype.turn = function (place) {
    const before = this.turned.size;
    this.turned.add(place);
    if (this.turned.size > before && this.turned.size === this.params.cards.length) this.triggerXAPI("completed");
    this.trigger("resize");
  };

  return Cards;
})(H5P.EventDispatcher);
