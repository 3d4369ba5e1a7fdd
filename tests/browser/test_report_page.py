"""The report in a real browser: plots come first, and fit the screen of a phone."""

import pytest

from benchmarks import report
from support.fake_results import all_techniques, make_folder


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the address of the report of made-up results."""
    return report.write(make_folder(tmp_path_factory.mktemp("results"), all_techniques())).as_uri()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768), (390, 844)])
def test_plots_come_before_tables_and_fit_the_screen(window, written, width, height):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        window.driver.get(written)
        script = """return Array.from(document.querySelectorAll("figure img, table"), (each) => {
            const { left, right, top } = each.getBoundingClientRect();
            const phone = each.currentSrc && each.currentSrc !== each.getAttribute("src");
            return [each.localName, left, right, top, each.naturalWidth ?? 0, Boolean(phone)];
          })"""
        images = window.driver.execute_script(script)
        names = [name for name, *_rest in images]
        count = names.count("img")
        assert count >= 5
        assert names[:count] == ["img"] * count  # in the page's order
        for _name, left, right, _top, natural, phone in images[:count]:
            assert 0 <= left < right <= width
            assert natural > 0
            assert phone == (width < 640)
        assert images[0][3] < 2 * height  # the first plot is on the first or second screen
        assert window.driver.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        window.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
