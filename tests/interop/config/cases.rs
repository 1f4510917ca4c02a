//! Oddities of configuration files.

/// What stands in the files, named so that `*.conf` are in order, and in the environment.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) files: &'static [&'static str],
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// Why we refuse what the peer takes.
    pub(super) stricter: Option<&'static str>,
}

const fn file(name: &'static str, text: &'static [&'static str]) -> Case {
    Case { name, files: text, environment: &[], stricter: None }
}

const fn environment(
    name: &'static str,
    files: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
) -> Case {
    Case { name, files, environment, stricter: None }
}

const fn stricter(name: &'static str, text: &'static [&'static str], why: &'static str) -> Case {
    Case { name, files: text, environment: &[], stricter: Some(why) }
}

pub(super) const CASES: &[Case] = &[
    file("nothing", &[""]),
    file(
        "a service's file",
        &[
            "# nova\n[DEFAULT]\ndebug = true\ntransport_url = rabbit://nova:pa:ss@h1:5673,u@[::1]/v/w\n\
           control_exchange=nova\nrpc_response_timeout: 20\n\n[database]\nconnection = mysql://x\n\
           [oslo_messaging_rabbit]\nrabbit_quorum_queue = True\nheartbeat_rate=2\n",
        ],
    ),
    file(
        "blanks around all",
        &["[DEFAULT]\ncontrol_exchange   =   nova  two \t\nrpc_ping_enabled\t:\tyes\n"],
    ),
    file("a colon before an equal sign", &["[DEFAULT]\ncontrol_exchange: a=b\n"]),
    file("an equal sign before a colon", &["[DEFAULT]\ncontrol_exchange= a:b=c\n"]),
    file(
        "what looks like a comment behind a value",
        &["[DEFAULT]\ncontrol_exchange = a # b ; c\n"],
    ),
    file(
        "both signs of comments",
        &["# a\n; b\n[DEFAULT]\n#control_exchange = a\n;control_exchange = b\n"],
    ),
    file("an indented comment", &["[DEFAULT]\n  # a\n"]),
    file("a comment in a value", &["[DEFAULT]\ncontrol_exchange = a\n  # b\n"]),
    file("a comment that ends a value", &["[DEFAULT]\ncontrol_exchange = a\n# b\n  c\n"]),
    file(
        "a value of three lines",
        &["[DEFAULT]\ncontrol_exchange = a\n  b = 2\n\t\tc\nmy_host = x\n"],
    ),
    file("a value that begins in the second line", &["[DEFAULT]\ncontrol_exchange =\n  a\n"]),
    file("a blank line in a value", &["[DEFAULT]\ncontrol_exchange = a\n\n  b\n"]),
    file("a line of blanks in a value", &["[DEFAULT]\ncontrol_exchange = a\n    \n  b\n"]),
    file("an indented option", &["[DEFAULT]\n  control_exchange = a\n"]),
    file("a pair of quotes", &["[DEFAULT]\ncontrol_exchange = \" a \"\n"]),
    file("a pair of single quotes", &["[DEFAULT]\ncontrol_exchange = ' \"a\" '\n"]),
    file("quotes that do not match", &["[DEFAULT]\ncontrol_exchange = \"a'\n"]),
    file("one quote alone", &["[DEFAULT]\nmy_host = \"\ncontrol_exchange = a${my_host}\n"]),
    file("a quote that opens", &["[DEFAULT]\ncontrol_exchange = \"a\n"]),
    file("quotes and more lines", &["[DEFAULT]\ncontrol_exchange = \"a\"\n  \"b\"\n"]),
    file("quotes around a number", &["[DEFAULT]\nrpc_response_timeout = \"30\"\n"]),
    file("quotes around a boolean with blanks", &["[DEFAULT]\nrpc_ping_enabled = \" true \"\n"]),
    file("percent signs", &["[DEFAULT]\ncontrol_exchange = %(x)s%%\n"]),
    file("backslashes", &["[DEFAULT]\ncontrol_exchange = a\\nb\\\nmy_host = x\n"]),
    file("an empty value", &["[DEFAULT]\nmy_host =\ncontrol_exchange = a${my_host}\n"]),
    file("no compression", &["[oslo_messaging_rabbit]\nkombu_compression =\n"]),
    file("letters beyond ASCII", &["[DEFAULT]\ncontrol_exchange = näva\n"]),
    file(
        "ends of lines as on Windows",
        &["[DEFAULT]\r\ncontrol_exchange = a\r\n  b\r\n\r\nrpc_response_timeout = 5\r\n"],
    ),
    file(
        "ends of lines as on an old Macintosh",
        &["[DEFAULT]\rcontrol_exchange = a\rrpc_response_timeout = 5"],
    ),
    file("no end of the last line", &["[DEFAULT]\ncontrol_exchange = a"]),
    file("a mark of the order of bytes", &["\u{feff}[DEFAULT]\ncontrol_exchange = a\n"]),
    file("a key twice", &["[DEFAULT]\ncontrol_exchange = a\ncontrol_exchange = b\n"]),
    file(
        "a group twice",
        &[
            "[DEFAULT]\ncontrol_exchange = a\n[x]\ncontrol_exchange = c\n[DEFAULT]\nrpc_response_timeout = 5\n",
        ],
    ),
    file("a group in capitals", &["[OSLO_Messaging_Rabbit]\nrabbit_retry_backoff = 5\n"]),
    file(
        "a group in two spellings",
        &[
            "[OSLO_MESSAGING_RABBIT]\nrabbit_retry_backoff = 5\n[oslo_messaging_rabbit]\nrabbit_retry_backoff = 6\n",
        ],
    ),
    file("DEFAULT in small letters", &["[default]\ncontrol_exchange = a\n"]),
    file("blanks in a group's name", &["[ DEFAULT ]\ncontrol_exchange = a\n"]),
    file("brackets in a group's name", &["[[DEFAULT]]\ncontrol_exchange = a\n"]),
    file("a key in capitals", &["[DEFAULT]\nCONTROL_EXCHANGE = a\n"]),
    file("no group", &["control_exchange = a\n"]),
    file("a group that is not closed", &["[DEFAULT\ncontrol_exchange = a\n"]),
    file("a group without a name", &["[]\ncontrol_exchange = a\n"]),
    file("a comment behind a group", &["[DEFAULT] # a\ncontrol_exchange = a\n"]),
    file("a key without a value", &["[DEFAULT]\ncontrol_exchange\n"]),
    file("a value without a key", &["[DEFAULT]\n= a\n"]),
    file("another option's value", &["[DEFAULT]\nmy_host = h\ncontrol_exchange = a-$my_host-b\n"]),
    file(
        "another option's value in braces",
        &["[DEFAULT]\nmy_host = h\ncontrol_exchange = a${my_host}b\n"],
    ),
    file(
        "another group's value",
        &["[service]\nname = s\n[DEFAULT]\ncontrol_exchange = ${service.name}!$service.name\n"],
    ),
    file(
        "a name that goes on with a dot",
        &["[DEFAULT]\nmy_host = h\ncontrol_exchange = $my_host.x\n"],
    ),
    file(
        "values in turn",
        &["[DEFAULT]\nmy_host = h\nstate_path = /$my_host\ncontrol_exchange = $state_path/e\n"],
    ),
    file(
        "values in a circle",
        &[
            "[DEFAULT]\nmy_host = $state_path\nstate_path = $my_host\ncontrol_exchange = $state_path\n",
        ],
    ),
    file(
        "a number and a boolean put in",
        &[
            "[DEFAULT]\nrpc_ping_enabled = on\ncontrol_exchange = $rpc_response_timeout $rpc_ping_enabled\n",
        ],
    ),
    file(
        "an older name put in",
        &["[DEFAULT]\nrpc_thread_pool_size = 4\ncontrol_exchange = $rpc_thread_pool_size\n"],
    ),
    file(
        "the group's own option first",
        &[
            "[DEFAULT]\nheartbeat_rate = 9\n[oslo_messaging_rabbit]\nheartbeat_rate = 4\nrabbit_retry_backoff = $heartbeat_rate\n",
        ],
    ),
    file(
        "DEFAULT after the group's own",
        &[
            "[DEFAULT]\nrpc_response_timeout = 7\n[oslo_messaging_rabbit]\nrabbit_retry_backoff = $rpc_response_timeout\n",
        ],
    ),
    file("a value that nobody knows", &["[DEFAULT]\ncontrol_exchange = $no_such_option\n"]),
    file("dollar signs that are meant", &["[DEFAULT]\ncontrol_exchange = $$a\\$b\\\\$$\n"]),
    file(
        "dollar signs before no name",
        &["[DEFAULT]\ncontrol_exchange = $1 $ ${ ${1} ${my_host $. $\n"],
    ),
    file("a password with a dollar sign", &["[DEFAULT]\ntransport_url = rabbit://u:a$$b@h/\n"]),
    file(
        "words for yes",
        &[
            "[DEFAULT]\nrpc_ping_enabled = ON\n[oslo_messaging_rabbit]\nrabbit_quorum_queue = yEs\namqp_durable_queues = 1\n",
        ],
    ),
    file(
        "words for no",
        &[
            "[DEFAULT]\nrpc_ping_enabled = Off\n[oslo_messaging_rabbit]\nrabbit_quorum_queue = NO\namqp_durable_queues = 0\n",
        ],
    ),
    file("no word for yes", &["[DEFAULT]\nrpc_ping_enabled = y\n"]),
    file("an empty boolean", &["[DEFAULT]\nrpc_ping_enabled =\n"]),
    file(
        "numbers as Python writes them",
        &["[DEFAULT]\nrpc_response_timeout = +1_000\nexecutor_thread_pool_size = 007\n"],
    ),
    file("a number with a fraction", &["[DEFAULT]\nrpc_response_timeout = 1.5\n"]),
    file("a number below its limit", &["[oslo_messaging_rabbit]\nrabbit_retry_interval = 0\n"]),
    file("a number that is none", &["[oslo_messaging_rabbit]\nrabbit_interval_max = ten\n"]),
    file(
        "fractions",
        &["[oslo_messaging_rabbit]\nkombu_reconnect_delay = 2.5\nkombu_reconnect_splay = 1e1\n"],
    ),
    file("a fraction above its limit", &["[oslo_messaging_rabbit]\nkombu_reconnect_delay = 4.6\n"]),
    file("one of a few words", &["[oslo_messaging_rabbit]\nrabbit_login_method = PLAIN\n"]),
    file("none of a few words", &["[oslo_messaging_rabbit]\nrabbit_login_method = plain\n"]),
    file(
        "older names",
        &[
            "[DEFAULT]\nrpc_thread_pool_size = 3\n[oslo_messaging_rabbit]\nkombu_reconnect_timeout = 8\n",
        ],
    ),
    file(
        "an older name and today's",
        &["[DEFAULT]\nrpc_thread_pool_size = 3\nexecutor_thread_pool_size = 4\n"],
    ),
    file(
        "an older name in a later file",
        &["[DEFAULT]\nexecutor_thread_pool_size = 4\n", "[DEFAULT]\nrpc_thread_pool_size = 3\n"],
    ),
    file(
        "a later file",
        &[
            "[DEFAULT]\ncontrol_exchange = a\nrpc_response_timeout = 5\n",
            "[DEFAULT]\ncontrol_exchange = b\n",
        ],
    ),
    file(
        "a value from a later file",
        &["[DEFAULT]\ncontrol_exchange = $my_host\nmy_host = a\n", "[DEFAULT]\nmy_host = b\n"],
    ),
    file("an empty URL", &["[DEFAULT]\ntransport_url =\n"]),
    file("a URL that is none", &["[DEFAULT]\ntransport_url = secret\n"]),
    environment(
        "variables over files",
        &["[DEFAULT]\ncontrol_exchange = a\n[oslo_messaging_rabbit]\nrabbit_retry_backoff = 5\n"],
        &[
            ("OS_DEFAULT__CONTROL_EXCHANGE", "e"),
            ("OS_OSLO_MESSAGING_RABBIT__RABBIT_RETRY_BACKOFF", " 6 "),
            ("OS_DEFAULT__TRANSPORT_URL", "rabbit://u:p@h/"),
        ],
    ),
    environment("quotes in a variable", &[""], &[("OS_DEFAULT__CONTROL_EXCHANGE", "\"e\" ")]),
    environment(
        "names of options in a variable",
        &["[DEFAULT]\nmy_host = h\n"],
        &[("OS_DEFAULT__CONTROL_EXCHANGE", "$my_host-$service.name"), ("OS_SERVICE__NAME", "s")],
    ),
    environment("an older name in a variable", &[""], &[("OS_DEFAULT__RPC_THREAD_POOL_SIZE", "3")]),
    environment("a variable in small letters", &[""], &[("OS_default__control_exchange", "e")]),
    environment(
        "an empty variable",
        &["[oslo_messaging_rabbit]\nssl_ca_file = a\n"],
        &[("OS_OSLO_MESSAGING_RABBIT__SSL_CA_FILE", "")],
    ),
    environment(
        "a variable of the wrong type",
        &[""],
        &[("OS_DEFAULT__RPC_PING_ENABLED", "maybe")],
    ),
    environment(
        "a variable over a value of the wrong type",
        &["[DEFAULT]\nrpc_ping_enabled = maybe\n"],
        &[("OS_DEFAULT__RPC_PING_ENABLED", "1")],
    ),
    stricter(
        "an option that there is not",
        &["[oslo_messaging_rabbit]\nrabbit_quorum_queues = true\n"],
        "the peer ignores it",
    ),
    stricter(
        "an empty number",
        &["[DEFAULT]\nrpc_response_timeout =\n"],
        "the peer takes None, and fails later",
    ),
    stricter("no exchange", &["[DEFAULT]\ncontrol_exchange =\n"], "nothing could be sent to it"),
    stricter("no time at all", &["[DEFAULT]\nrpc_response_timeout = 0\n"], "no call could succeed"),
    stricter(
        "less than no message at once",
        &["[DEFAULT]\nexecutor_thread_pool_size = -1\n"],
        "the peer fails later",
    ),
];
