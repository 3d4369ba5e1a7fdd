"""Features that the oldest supported browsers lack: Chrome and Edge 100, Firefox 100, Safari 15.4."""

import re
from pathlib import Path

# Interface.member, or a global, that not all of these browsers have (MDN's compatibility data).
YOUNGER = Path(__file__).with_name("browser_floor.txt").read_text().split()
# Static members, searched with the interface's name, because other interfaces may have an older member of that name.
STATIC = {name for name in YOUNGER if name.split(".")[0] in {"AbortSignal", "JSON", "Math", "Promise", "URL"}}
STATIC |= {"Array.fromAsync", "Map.groupBy", "Object.groupBy", "ReadableStream.from", "Response.json"}
# Names that the lab's scripts use for their own objects.
OWN = {"Blob.bytes", "Set.difference"}
# Features that scripts use only if they exist: {name: the check beside each use}.
GUARDED = {
    "PerformanceResourceTiming.transferSize": r"transferSize \?\?",
    "Document.exitFullscreen": r"if \(document\.fullscreenElement\)",
    "Document.fullscreenElement": r'addEventListener\("fullscreenchange"',
    "Element.requestFullscreen": r"requestFullscreen\?\.",
    "SharedWorker": r"globalThis\.SharedWorker\)",
}
SYNTAX = {
    "static block": r"\bstatic \{",
    "lookbehind": r"\(\?<[=!]",
    "regular expression with the flag v": r"/[dgimsuy]*v[dgimsuy]*[;,.)]",
    "iterator helper": r"(?<!Object)\.(?:values|keys|entries|matchAll)\([^()]*\)\s*"
    r"\.(?:map|filter|some|every|find|forEach|reduce)\(",
    "import attributes": r"\bimport\b[^;\n]*\bwith \{",
    "using": r"\busing \w+ =",
}
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)


def younger(source):
    """Return the features that a script uses and that not all supported browsers have."""
    code = COMMENT.sub("", source)
    features = [name for name, pattern in SYNTAX.items() if re.search(pattern, code)]
    for name in set(YOUNGER) - OWN:
        owner, _dot, member = name.partition(".")
        if name in STATIC or not member:
            used = rf"(?<![.\w]){re.escape(name)}\b"
        else:
            used = rf"\.{member}\b" if owner != "Window" else rf"\b{member}\b"
        if re.search(used, code) and not re.search(GUARDED.get(name, r"(?!)"), code):
            features.append(name)
    return features


# A script that deletes these features from a browser.
TAKE_AWAY = (
    f"for (const name of {[name for name in YOUNGER if name != 'PerformanceResourceTiming.transferSize']}) {{"
    """
  const [owner, member] = name.split(".");
  if (member === undefined || owner === "Window") delete globalThis[member ?? owner];
  else for (const place of [globalThis[owner], globalThis[owner]?.prototype]) if (place) delete place[member];
}
"""
)
