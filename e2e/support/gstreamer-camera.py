"""GStreamer's RTSP server as a camera that shares no code with the relay.

Usage: /usr/bin/python3 gstreamer-camera.py '{"mounts": {"/cam": {...}}, "auth": "digest", "user": ..., "password": ...}'
Prints "port N" when it listens, "sessions N" whenever the number of its sessions changes, and ends when its standard input does.
"""

import json
import subprocess
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
    "h264": "x264enc {tune} {x264} speed-preset=ultrafast bitrate={bitrateKbps} key-int-max={keyint} "
    "! video/x-h264,profile={profile} ! h264parse ! valve name=video ! rtph264pay config-interval=-1 pt=96 name=pay0 ",
    "h265": "x265enc {tune} speed-preset=ultrafast bitrate={bitrateKbps} key-int-max={keyint} "
    "! h265parse ! valve name=video ! rtph265pay config-interval=-1 pt=96 name=pay0 ",
    "mjpeg": "videoconvert ! video/x-raw,format=I420 ! jpegenc ! valve name=video ! rtpjpegpay pt=26 name=pay0 ",
}
# GStreamer's own encoder of MPEG-4 trips over its clock, so ffmpeg makes those pictures, anew for each player.
MPEG4 = "fdsrc name=pictures do-timestamp=true ! video/mpegts ! tsdemux ! mpeg4videoparse ! valve name=video ! rtpmp4vpay config-interval=1 pt=96 name=pay0 "
MPEG4_SOURCE = (
    "ffmpeg -hide_banner -loglevel error -nostdin -re -f lavfi -i testsrc2=size=320x240:rate={fps},scale={width}:{height} "
    "-c:v mpeg4 -g {keyint} -b:v 400k -flush_packets 1 -muxdelay 0 -f mpegts pipe:1"
)
TONE = "audiotestsrc is-live=true samplesperbuffer=1024 ! valve name=audio ! audio/x-raw,"
AUDIO = {
    "none": "",
    "aac": TONE + "rate=48000,channels=2 ! avenc_aac bitrate=64000 ! rtpmp4gpay pt=97 name=pay1 ",
    "opus": TONE + "rate=48000,channels=2 ! opusenc ! rtpopuspay pt=98 name=pay1 ",
    "alaw": TONE + "rate=8000,channels=1 ! alawenc ! rtppcmapay pt=8 name=pay1 ",
    "mulaw": TONE + "rate=8000,channels=1 ! mulawenc ! rtppcmupay pt=0 name=pay1 ",
    "g726": TONE + "rate=8000,channels=1 ! avenc_g726 bitrate=32000 ! rtpg726pay pt=99 name=pay1 ",
    "mp3": TONE + "rate=32000,channels=1 ! lamemp3enc target=bitrate bitrate=64 ! mpegaudioparse ! rtpmpapay pt=14 name=pay1 ",
    "pcm": TONE + "format=S16BE,rate=16000,channels=1 ! rtpL16pay pt=100 name=pay1 ",
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
    "x264Options": "",
    "videoStopsAfterMs": 0,
    "audioStopsAfterMs": 0,
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


def stop_later(media, name, after_ms):
    """Lets nothing of a track through any more, while its session and the other track go on."""

    def stop():
        valve = media.get_element().get_by_name(name)
        if valve is not None:
            valve.set_property("drop", True)
        return False

    GLib.timeout_add(after_ms, stop)


class Mpeg4Factory(GstRtspServer.RTSPMediaFactory):
    def __init__(self, launch, source):
        super().__init__()
        self.launch, self.source = launch, source

    def do_create_element(self, _url):
        pictures = subprocess.Popen(self.source.split(), stdout=subprocess.PIPE)
        element = Gst.parse_launch(self.launch)
        element.get_by_name("pictures").set_property("fd", pictures.stdout.fileno())
        element.process = pictures
        return element


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
        mount["x264"] = 'option-string="%s"' % mount["x264Options"] if mount["x264Options"] else ""
        is_mpeg4 = mount["codec"] == "mpeg4"
        encoder = MPEG4 if is_mpeg4 else VIDEO.format(**mount) + ENCODERS[mount["codec"]].format(**mount)
        if mount["loss"] > 0:
            encoder = encoder.replace("name=pay0", "! netsim drop-probability=%f name=pay0" % mount["loss"])
        launch = "( " + encoder + AUDIO[mount["audio"]] + ")"
        factory = Mpeg4Factory(launch, MPEG4_SOURCE.format(**mount)) if is_mpeg4 else GstRtspServer.RTSPMediaFactory()
        if not is_mpeg4:
            factory.set_launch(launch)
        # What ffmpeg makes is made for one player.
        factory.set_shared(not is_mpeg4)
        for track in ("video", "audio"):
            after_ms = mount[track + "StopsAfterMs"]
            if after_ms > 0:
                factory.connect("media-configure", lambda _f, media, n=track, ms=after_ms: stop_later(media, n, ms))
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
