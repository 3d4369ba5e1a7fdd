/** The header of a WebSocket frame, bit by bit, as RFC 6455 §5.2 draws it. */
import { PARTS } from "../shared/byte-kinds.js";
import { element } from "../shared/dom.js";

/** A table of the bytes that have parts smaller than a byte, with one column for each bit. */
export function frameHeader(raw, parts) {
  const created = element("table", "bits");
  created.append(element("caption", "", gettext("Bit by bit")));
  const last = Math.max(...parts.filter((part) => part.bits).map((part) => part.bytes[0]));
  const [numbers, values, names] = [element("tr", "places"), element("tr", "values"), element("tr", "names")];
  for (let byte = 0; byte <= last; byte += 1) {
    const ofByte = parts.filter((part) => part.bits && part.bytes[0] === byte);
    for (let bit = 0; bit < 8; bit += 1) {
      const begins = ofByte.some((part) => part.bits[0] === bit);
      numbers.append(element("td", "", String(bit + 8 * byte)));
      values.append(element("td", begins ? "first" : "", String((raw[byte] >> (7 - bit)) & 1)));
    }
    for (const { name, value, bits: [from, to] } of ofByte) {
      const cell = element("th", "");
      cell.colSpan = to - from + 1;
      cell.append(element("span", "", PARTS[name] ?? name), element("b", "", String(value)));
      names.append(cell);
    }
  }
  created.append(numbers, values, names);
  return created;
}
