-- Outbox and inbox of Mneme, schema version 1, PostgreSQL 12 and newer.
-- one row; the second number grows when events come back under old ids
create table mneme_outbox_schema (version int not null, redrives bigint not null);

-- no session may take ids in advance: within a key, the order of ids is the order of commits
create sequence mneme_outbox_id cache 1;

create table mneme_outbox (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    order_hash bigint,
    lane smallint not null,
    priority smallint not null,
    payload bytea not null,
    attempts int not null,
    available_at timestamptz not null,
    last_error varchar(1000),
    created_at timestamptz not null
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

create index mneme_outbox_due on mneme_outbox (lane, priority, id);

create index mneme_outbox_parked on mneme_outbox (order_hash, priority, id) where attempts > 0 and order_hash is not null;

create table mneme_outbox_dead (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    order_hash bigint,
    lane smallint not null,
    priority smallint not null,
    payload bytea not null,
    attempts int not null,
    last_error varchar(1000),
    created_at timestamptz not null,
    died_at timestamptz not null
);

create table mneme_outbox_done (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    priority smallint not null,
    payload bytea not null,
    created_at timestamptz not null,
    done_at timestamptz not null
);

create index mneme_outbox_done_at on mneme_outbox_done (done_at);

create table mneme_outbox_lane (
    lane smallint primary key,
    owner varchar(64),
    epoch bigint not null,
    lease_until timestamptz not null
);

create table mneme_outbox_relay (
    id varchar(64) primary key,
    expires_at timestamptz not null,
    reaches_sink boolean not null
);

create table mneme_inbox (
    consumer varchar(80) not null,
    event_id uuid not null,
    seen_at timestamptz not null,
    primary key (consumer, event_id)
);

create index mneme_inbox_seen_at on mneme_inbox (seen_at);

insert into mneme_outbox_lane (lane, epoch, lease_until)
select n, 0, clock_timestamp() from generate_series(0, 15) as n;

insert into mneme_outbox_schema (version, redrives) values (1, 0);
