"""Plays a URL with GStreamer for some seconds of media and prints what came out, as one line of JSON."""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402

GIVE_UP_SECONDS = 40


def play(url, seconds):
    Gst.init(None)
    loop = GLib.MainLoop()
    seen = {"pictures": 0, "sounds": 0, "error": None, "lastSeconds": 0.0, "firstSeconds": None, "backSteps": 0}
    pipeline = Gst.Pipeline.new(None)
    source = Gst.ElementFactory.make("uridecodebin", None)
    source.set_property("uri", url)
    pipeline.add(source)

    def count_picture(_sink, buffer, _pad):
        at = buffer.pts / Gst.SECOND
        if seen["firstSeconds"] is None:
            seen["firstSeconds"] = at
        elif at < seen["lastSeconds"]:
            seen["backSteps"] += 1
        seen["pictures"] += 1
        seen["lastSeconds"] = at
        if at - seen["firstSeconds"] >= seconds:
            loop.quit()

    def count_sound(_sink, _buffer, _pad):
        seen["sounds"] += 1

    def add_pad(_source, pad):
        sink = Gst.ElementFactory.make("fakesink", None)
        sink.set_property("signal-handoffs", True)
        sink.set_property("sync", False)
        is_video = pad.get_current_caps().get_structure(0).get_name().startswith("video")
        sink.connect("handoff", count_picture if is_video else count_sound)
        pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def on_error(_bus, message):
        error, detail = message.parse_error()
        seen["error"] = f"{error.message} {detail}"
        loop.quit()

    source.connect("pad-added", add_pad)
    bus = pipeline.get_bus()
    bus.add_signal_watch()
    bus.connect("message::error", on_error)
    GLib.timeout_add_seconds(GIVE_UP_SECONDS, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    print(json.dumps(seen))


play(sys.argv[1], float(sys.argv[2]))
