"""GStreamer's RTSP server as a camera that shares no code with the relay.

Usage: /usr/bin/python3 gstreamer-camera.py '{"mounts": {"/cam": {...}}, "auth": "digest", "user": ..., "password": ...}'
Prints "port N" when it listens, "sessions N" whenever the number of its sessions changes, and ends when its standard input does.
"""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

VIDEO = (
    "videotestsrc is-live=true pattern={pattern} ! video/x-raw,format=I420,width={width},height={height},framerate={fps}/1 "
    "! timeoverlay ! "
)
ENCODERS = {
    "h264": "x264enc {tune} speed-preset=ultrafast bitrate={bitrateKbps} key-int-max={keyint} "
    "! video/x-h264,profile={profile} ! h264parse ! rtph264pay config-interval=-1 pt=96 name=pay0 ",
    "h265": "x265enc {tune} speed-preset=ultrafast bitrate={bitrateKbps} key-int-max={keyint} "
    "! h265parse ! rtph265pay config-interval=-1 pt=96 name=pay0 ",
    "mjpeg": "videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay pt=26 name=pay0 ",
}
AUDIO = {
    "none": "",
    "aac": "audiotestsrc is-live=true samplesperbuffer=1024 ! audio/x-raw,rate=48000,channels=2 "
    "! avenc_aac bitrate=64000 ! rtpmp4gpay pt=97 name=pay1 ",
    "opus": "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=98 name=pay1 ",
    "alaw": "audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay pt=8 name=pay1 ",
}
DEFAULTS = {
    "codec": "h264",
    "pattern": "ball",
    "width": 320,
    "height": 240,
    "fps": 25,
    "keyint": 25,
    "profile": "main",
    "audio": "none",
    "bitrateKbps": 600,
    "bFrames": False,
    "transport": "any",
    "loss": 0,
}
TRANSPORTS = {
    "tcp": GstRtsp.RTSPLowerTrans.TCP,
    "udp": GstRtsp.RTSPLowerTrans.UDP,
    "multicast": GstRtsp.RTSPLowerTrans.UDP_MCAST,
}
SESSION_CLEANUP_SECONDS = 2
COUNT_EVERY_MS = 50


def authentication(kind, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    if kind == "digest":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user, password, token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    return auth


def main():
    options = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    kind = options.get("auth", "open")
    if kind != "open":
        server.set_auth(authentication(kind, options["user"], options["password"]))
    for path, wishes in options["mounts"].items():
        mount = {**DEFAULTS, **wishes}
        # Zero latency means no B-frames, whatever else is asked for.
        b_frames = {"h264": "bframes=2 b-adapt=false", "h265": 'option-string="bframes=2:b-adapt=0:rc-lookahead=5"'}
        mount["tune"] = b_frames[mount["codec"]] if mount["bFrames"] else "tune=zerolatency"
        factory = GstRtspServer.RTSPMediaFactory()
        encoder = ENCODERS[mount["codec"]].format(**mount)
        if mount["loss"] > 0:
            encoder = encoder.replace("name=pay0", "! netsim drop-probability=%f name=pay0" % mount["loss"])
        factory.set_launch("( " + VIDEO.format(**mount) + encoder + AUDIO[mount["audio"]] + ")")
        factory.set_shared(True)
        if mount["transport"] != "any":
            factory.set_protocols(TRANSPORTS[mount["transport"]])
        if mount["transport"] == "multicast":
            pool = GstRtspServer.RTSPAddressPool()
            pool.add_range("224.3.0.1", "224.3.0.10", 15000, 15010, 1)
            factory.set_address_pool(pool)
        if kind != "open":
            permissions = GstRtspServer.RTSPPermissions()
            permissions.add_permission_for_role("user", "media.factory.access", True)
            permissions.add_permission_for_role("user", "media.factory.construct", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)

    loop = GLib.MainLoop()
    GLib.timeout_add_seconds(SESSION_CLEANUP_SECONDS, lambda: server.get_session_pool().cleanup() or True)
    counted = [0]

    def count():
        sessions = server.get_session_pool().get_n_sessions()
        if sessions != counted[0]:
            counted[0] = sessions
            print("sessions", sessions, flush=True)
        return True

    GLib.timeout_add(COUNT_EVERY_MS, count)
    GLib.io_add_watch(sys.stdin.fileno(), GLib.IO_HUP | GLib.IO_IN, lambda *_: loop.quit())
    print("port", server.get_bound_port(), flush=True)
    loop.run()


main()
