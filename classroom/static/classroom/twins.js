/**
 * Twin questions, by the name of a scene: the same idea in another case, asked after the results, to see whether the
 * idea was understood. `right` is the index of the right option.
 */
export const TWINS = {
  idle: {
    text: gettext("A thousand thermometers report to their owners once an hour. What costs the most bytes?"),
    options: [gettext("asking every second"), gettext("one connection that stays open"), gettext("both the same")],
    right: 0,
  },
  one: {
    text: gettext("A doorbell app polls every 10 seconds. How long does it take, on average, until the phone rings?"),
    options: [gettext("no time"), gettext("5 seconds"), gettext("10 seconds")],
    right: 1,
  },
  busy: {
    text: gettext("A stock ticker has 50 prices a second; one update a second is enough. What needs the fewest bytes per price?"),
    options: [gettext("push each price alone"), gettext("poll once a second"), gettext("a held request for each price")],
    right: 1,
  },
  far: {
    text: gettext("A held request, and a link of 300 ms one way. A message comes just after a response has left. When does it arrive?"),
    options: [gettext("after 300 ms"), gettext("after 600 ms"), gettext("after 900 ms")],
    right: 2,
  },
  tunnel: {
    text: gettext("A phone is in a lift for 20 seconds; its stream stays open. How does it get what it missed?"),
    options: [
      gettext("It is lost."),
      gettext("TCP sends it again, or the client names its last message."),
      gettext("The user must reload the page."),
    ],
    right: 1,
  },
  restart: {
    text: gettext("A server with 10,000 clients restarts. Why should each wait a random time before it reconnects?"),
    options: [
      gettext("so that they do not all come at once"),
      gettext("so that the messages stay in order"),
      gettext("so that fewer bytes are sent"),
    ],
    right: 0,
  },
  seventh: {
    text: gettext("A page keeps six event streams open to one server by HTTP/1.1. What happens to its next request?"),
    options: [gettext("It waits until a stream ends."), gettext("It is refused."), gettext("It goes out at once.")],
    right: 0,
  },
  slow: {
    text: gettext("One viewer of a live score has a bad network. What must the server do, so that nobody else suffers?"),
    options: [
      gettext("wait until everybody has the message"),
      gettext("keep a bounded queue for each viewer"),
      gettext("send fewer messages to all"),
    ],
    right: 1,
  },
  phase: {
    text: gettext("A program measures once a second what happens exactly once a second. What does its average tell?"),
    options: [gettext("the true average"), gettext("nothing: the two clocks keep their distance"), gettext("always half a second")],
    right: 1,
  },
};
