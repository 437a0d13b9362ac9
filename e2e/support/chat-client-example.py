import base64, json, os, socket, struct, sys, threading  # Python 3, nothing to install

class Chat:
    def __init__(self, host, port, room):
        self.sock = socket.create_connection((host, port))
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET /chat/{room} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade"
                           f"\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.file = self.sock.makefile("rb")
        while self.file.readline() not in (b"\r\n", b""): pass
    def frame(self, opcode, data):  # RFC 6455, section 5.2; the mask may be anything
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.sock.sendall(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + data)
    def send(self, **message): self.frame(1, json.dumps(message).encode())
    def __iter__(self):
        while len(head := self.file.read(2)) == 2:
            opcode, size = head[0] & 15, head[1]
            if size > 125: size = struct.unpack(">H" if size == 126 else ">Q", self.file.read(2 if size == 126 else 8))[0]
            data = self.file.read(size)
            if opcode == 8: return
            if opcode == 9: self.frame(10, data)
            if opcode == 1: yield json.loads(data)

chat = Chat(sys.argv[1], int(sys.argv[2]), sys.argv[3])
chat.send(type="hello", name=sys.argv[4])
threading.Thread(target=lambda: [chat.send(type="message", text=line.rstrip()) for line in sys.stdin], daemon=True).start()
for event in chat:
    if event["type"] in ("message", "danmaku"): print(f"{event['sender']['name']}: {event['text']}", flush=True)
