/** The head of a frame, bit by bit, as RFC 6455 §5.2 draws it. */
import { PARTS } from "../shared/server-messages.js";
import { element } from "../shared/format.js";

/** A figure of the bytes that have parts smaller than a byte, one column for each bit. */
export function bits(raw, parts) {
  const figure = element("table", "bits");
  figure.append(element("caption", "", gettext("Bit by bit")));
  const last = Math.max(...parts.filter((part) => part.bits).map((part) => part.bytes[0]));
  const [places, values, names] = [element("tr", "places"), element("tr", "values"), element("tr", "names")];
  for (let byte = 0; byte <= last; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      places.append(element("td", "", String(bit + 8 * byte)));
      values.append(element("td", edge(parts, byte, bit), String((raw[byte] >> (7 - bit)) & 1)));
    }
    for (const { name, value, bits: [from, to] } of of(parts, byte)) {
      const cell = element("th", "");
      cell.append(element("span", "", PARTS[name] ?? name));
      cell.colSpan = to - from + 1;
      cell.append(element("b", "", String(value)));
      names.append(cell);
    }
  }
  figure.append(places, values, names);
  return figure;
}

function of(parts, byte) {
  return parts.filter((part) => part.bits && part.bytes[0] === byte);
}

function edge(parts, byte, bit) {
  return of(parts, byte).some((part) => part.bits[0] === bit) ? "first" : "";
}
