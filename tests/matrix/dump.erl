%% What the broker holds in each of Hosts, written as JSON to File.
Table = fun(Entries) -> maps:from_list([{Key, [Type, Value]} || {Key, Type, Value} <- Entries]) end,
Plain = fun
    ({resource, _, _, Name}) -> Name;
    (Entries) when is_list(Entries) -> Table(Entries);
    (Other) -> Other
end,
Maps = fun(All) ->
    [maps:from_list([{Key, Plain(Value)} || {Key, Value} <- One]) || One <- All]
end,
%% The broker's own table: what it lists as consumers leaves out those of streams.
Consumers = ets:tab2list(consumer_created),
Dump = fun(Host) ->
    {Host, #{
        queues => Maps(rabbit_amqqueue:info_all(
            Host, [name, type, durable, auto_delete, exclusive, arguments])),
        exchanges => Maps(rabbit_exchange:info_all(
            Host, [name, type, durable, auto_delete, internal, arguments])),
        bindings => Maps(rabbit_binding:info_all(
            Host, [source_name, destination_name, destination_kind, routing_key, arguments])),
        consumers => [
            #{queue => Queue, exclusive => Exclusive, ack_required => Acknowledged,
              prefetch_count => Prefetch, arguments => Table(Arguments)}
            || {{{resource, In, _, Queue}, _, _}, Exclusive, Acknowledged, Prefetch, _, _, Arguments}
                <- Consumers, In =:= Host]
    }}
end,
ok = file:write_file(File, rabbit_json:encode(maps:from_list([Dump(Host) || Host <- Hosts]))).
