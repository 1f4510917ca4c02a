//! The RabbitMQ driver by itself, against a real broker.
#![allow(clippy::disallowed_methods)] // tests run on tokio, and may say so

mod broker;
mod proxy;
mod conformance;
mod connecting;
mod posting;
mod publishing;
mod gather;
mod ghosts;
mod health;
mod consuming;
mod content;
mod recovering;
mod probing;
mod compression;
mod options;
mod poison;
mod stream;
mod waiting;
mod tls;
