#!/usr/bin/env bash
# A Go client of yamux closes the whole session when a Rust peer reads a stream and has nothing to say.
#
# A careful engineer would guess: a peer that accepts a stream acknowledges it (the flag ACK), so a stream on which one side
# only writes, such as a log, lives as long as its connection.
#
# What happens: the crate yamux puts the ACK on the first frame that it sends on the stream, and accepting or reading sends
# no frame until a window update is due. Go's hashicorp/yamux waits for the ACK, by default 75 seconds, and then closes the
# session with all its streams. One byte of an answer prevents it.
#
# The documentation: the specification says that the receiver replies with an ACK "to accept the stream" and sets no time.
# The Go package documents its StreamOpenTimeout as the time to wait for an ACK. The crate's documentation does not say that
# a reader sends none. Each library keeps to its own pages.
#
# Seen with: github.com/hashicorp/yamux v0.1.2 (Go 1.26.8), yamux 0.13.10 (Rust 1.95.0), on 2026-11-29. The script sets
# StreamOpenTimeout to 2 seconds. It takes about 20 seconds of processor time, nearly all for the two compilers.
# Why it matters here: either library may be the peer of a session of the wire package. That one sends the ACK by itself
# (yamux/stream.ts), because a subscription to a quiet topic sends nothing else for minutes. A hub in Rust would not.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
mkdir -p "$folder/reader/src" "$folder/writer"

# The peer in Rust reads each stream to its end. With the argument `answers` it writes one byte after the first read.
cd "$folder/reader"
cat >Cargo.toml <<'TOML'
[package]
name = "reader"
version = "0.0.0"
edition = "2021"
[dependencies]
yamux = "=0.13.10"
futures = { version = "=0.3.31", default-features = false, features = ["std", "executor"] }
[profile.dev]
debug = 0
TOML
cat >src/main.rs <<'RS'
use futures::future::{poll_fn, select, Either};
use futures::{stream::FuturesUnordered, AsyncRead, AsyncReadExt, AsyncWrite, StreamExt};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::{pin::Pin, task::{Context, Poll}, thread, time::Duration};
use yamux::{Config, Connection, Mode};

struct Socket(TcpStream); // asks again after two milliseconds, which saves a dependency on a reactor

fn ready<T>(result: io::Result<T>, context: &mut Context) -> Poll<io::Result<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            thread::sleep(Duration::from_millis(2));
            context.waker().wake_by_ref();
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}
impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, bytes: &mut [u8]) -> Poll<io::Result<usize>> {
        ready(self.0.read(bytes), context)
    }
}
impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready(self.0.write(bytes), context)
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

async fn collect(mut stream: yamux::Stream, answers: bool) {
    let mut buffer = [0; 4096];
    let mut first = answers;
    while let Ok(1..) = stream.read(&mut buffer).await {
        if std::mem::take(&mut first) {
            futures::AsyncWriteExt::write_all(&mut stream, b"!").await.unwrap();
        }
    }
}

fn main() {
    let answers = std::env::args().nth(1).as_deref() == Some("answers");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    let socket = listener.accept().unwrap().0;
    socket.set_nonblocking(true).unwrap();
    futures::executor::block_on(async {
        let mut connection = Connection::new(Socket(socket), Config::default(), Mode::Server);
        let mut streams = FuturesUnordered::new();
        loop {
            let inbound = poll_fn(|context| connection.poll_next_inbound(context));
            let next = if streams.is_empty() { inbound.await } else {
                match select(inbound, streams.next()).await { Either::Left((next, _)) => next, Either::Right(_) => continue }
            };
            match next { Some(Ok(stream)) => streams.push(collect(stream, answers)), _ => return }
        }
    });
}
RS
cargo build --quiet

cd "$folder/writer"
printf 'module writer\n\ngo 1.24\n\nrequire github.com/hashicorp/yamux v0.1.2\n' >go.mod
cat >main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/hashicorp/yamux"
)

func main() {
	connection, err := net.Dial("tcp", os.Args[1])
	if err != nil {
		panic(err)
	}
	config := yamux.DefaultConfig()
	fmt.Printf("(default timeout %v) ", config.StreamOpenTimeout)
	config.StreamOpenTimeout = 2 * time.Second
	config.LogOutput = io.Discard
	session, err := yamux.Client(connection, config)
	if err != nil {
		panic(err)
	}
	stream, err := session.OpenStream()
	if err != nil {
		panic(err)
	}
	for range 40 { // a line each tenth of a second, for four seconds
		if _, err := stream.Write([]byte("a line of a log\n")); err != nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	_, err = session.Ping()
	fmt.Printf("session closed: %v, ping: %v\n", session.IsClosed(), err)
}
GO
go mod tidy 2>/dev/null
go build .

meet() { # the argument of the reader
  coproc READER { exec "$folder/reader/target/debug/reader" "$1"; }
  local reader=$READER_PID address
  read -r address <&"${READER[0]}"
  ./writer "$address"
  wait "$reader" || true
}

echo "hashicorp/yamux $(go list -m -f '{{.Version}}' github.com/hashicorp/yamux) ($(go version | cut -d' ' -f3)), crate yamux 0.13.10 ($(rustc --version | cut -d' ' -f2))"
answered=$(meet answers)
quiet=$(meet quiet)
echo "the reader answers one byte: $answered"
echo "the reader only reads:       $quiet (expected: the same as above)"
grep -q 'closed: false, ping: <nil>' <<<"$answered"
grep -q '(default timeout 1m15s) session closed: true' <<<"$quiet"
