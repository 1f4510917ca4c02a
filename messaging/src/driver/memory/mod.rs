//! An in-process broker with RabbitMQ's rules where users can see them.
