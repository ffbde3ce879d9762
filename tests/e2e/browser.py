"""A page in headless Chromium, through chromedriver and selenium (Debian:
chromium-driver, python3-selenium). Tests that need it are skipped, and say so,
where it is not installed: snnc does not need a browser.
"""

import json
import os
import shutil
import tempfile
import unittest

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars"]


def need_browser():
    try:
        import selenium  # noqa: F401
    except ImportError:
        raise unittest.SkipTest("no python3-selenium: pages are not opened")
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        raise unittest.SkipTest("no chromium-driver: pages are not opened")


class Browser:
    def __init__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.options import Options
        from selenium.webdriver.chrome.service import Service

        options = Options()
        options.binary_location = shutil.which("chromium")
        self.profile = tempfile.TemporaryDirectory(prefix="snnc-browser-")
        for flag in FLAGS + [f"--user-data-dir={self.profile.name}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs",
                               {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(
            service=Service(shutil.which("chromedriver")), options=options)

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def view(self, width, height, scheme="light"):
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [
                {"name": "prefers-color-scheme", "value": scheme}]})
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1,
             "mobile": False})

    def open(self, path):
        self.complaints()
        self.driver.get("file://" + os.path.abspath(path))

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def complaints(self):
        """What the console has said since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """Addresses beyond this computer that were asked for."""
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                if url.split(":")[0] in ("http", "https", "ws", "wss", "ftp"):
                    asked.append(url)
        return asked

    def keys(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains
        ActionChains(self.driver).send_keys(*keys).perform()

    def picture(self, path):
        self.driver.save_screenshot(path)
