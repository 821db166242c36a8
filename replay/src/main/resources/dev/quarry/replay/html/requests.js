// What was asked for: by order, by migrate type, by GFP flags.

function requestBars(rows, wide) {
  const all = sum(rows.map(({ count }) => count));
  return el("div", { class: wide ? "bars wide" : "bars" }, ...rows.flatMap(({ name, of, count, failed }) => [
    el("span", { class: "key" }, name),
    el("div", { class: "track" }, bar(of, count, all)),
    el("span", { class: "n" }, int(count), el("i", {}, ` ${percent(count, all)}${failed ? `, ${int(failed)} failed` : ""}`)),
  ]));
}

function drawRequests() {
  const { orders, types, flags, otherFlags, otherFlagsCount } = DATA.requests;
  const host = bodyOf("requests");
  const all = Math.max(1, DATA.head.figures.allocations);
  const single = orders.find(({ order }) => order === 0)?.count ?? 0;
  const place = el("div", { class: "two" });
  host.append(place);
  const left = el("div");
  const right = el("div");
  place.append(left, right);

  const byOrder = picture(left, "Requests by order", "", `${percent(single, all)} of all requests are for single pages.`);
  const drawOrders = () => byOrder.replaceChildren(requestBars(orders.map(({ order, count, failed }) =>
    ({ name: orderName(order), of: orderColour(order), count, failed }))));
  drawOrders();
  repaints.push(drawOrders);

  const most = [...types].sort((a, b) => b.count - a.count)[0];
  picture(right, "Requests by migrate type", "", most ? `${most.type} is asked for most.` : "No request.")
    .append(requestBars(types.map(({ type, letter, count }) => ({ name: type, of: `var(--type-${letter})`, count }))));

  const rows = flags.map(({ flags: text, count }) => ({ name: breakable(text), of: "var(--accent)", count }));
  if (otherFlags > 0) {
    rows.push({ name: plural(otherFlags, "other"), of: "var(--before)", count: otherFlagsCount });
  }
  picture(host, "Requests by GFP flags", "",
    flags.length > 0 ? `The most frequent flags make ${percent(flags[0].count, all)} of all requests.` : "No request.")
    .append(requestBars(rows, true));
}

/** Lets a browser break a line behind each |. */
function breakable(text) {
  return text.replaceAll("|", "|\u200b");
}
