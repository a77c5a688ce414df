-- Outbox and inbox of Mneme, schema version 1, H2 2.2 and newer.
-- one row; the second number grows when events come back under old ids
create table mneme_outbox_schema (version int not null, redrives bigint not null);

-- no session may take ids in advance: within a key, the order of ids is the order of commits
create sequence mneme_outbox_id start with 1 no cache;

create table mneme_outbox (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    order_hash bigint,
    lane smallint not null,
    priority smallint not null,
    payload varbinary(16777216) not null,
    attempts int not null,
    available_at timestamp(6) with time zone not null,
    last_error varchar(1000),
    created_at timestamp(6) with time zone not null
);

create index mneme_outbox_due on mneme_outbox (lane, priority, id);

create index mneme_outbox_parked on mneme_outbox (order_hash, priority, id);

create table mneme_outbox_dead (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    order_hash bigint,
    lane smallint not null,
    priority smallint not null,
    payload varbinary(16777216) not null,
    attempts int not null,
    last_error varchar(1000),
    created_at timestamp(6) with time zone not null,
    died_at timestamp(6) with time zone not null
);

create table mneme_outbox_done (
    id bigint primary key,
    event_id uuid not null,
    topic varchar(200) not null,
    tenant varchar(2400) not null,
    msg_key varchar(2400),
    priority smallint not null,
    payload varbinary(16777216) not null,
    created_at timestamp(6) with time zone not null,
    done_at timestamp(6) with time zone not null
);

create index mneme_outbox_done_at on mneme_outbox_done (done_at);

create table mneme_outbox_lane (
    lane smallint primary key,
    owner varchar(64),
    epoch bigint not null,
    lease_until timestamp(6) with time zone not null
);

create table mneme_outbox_relay (
    id varchar(64) primary key,
    expires_at timestamp(6) with time zone not null,
    reaches_sink boolean not null
);

create table mneme_inbox (
    consumer varchar(80) not null,
    event_id uuid not null,
    seen_at timestamp(6) with time zone not null,
    primary key (consumer, event_id)
);

create index mneme_inbox_seen_at on mneme_inbox (seen_at);

insert into mneme_outbox_lane (lane, epoch, lease_until)
select x, 0, current_timestamp from system_range(0, 15);

insert into mneme_outbox_schema (version, redrives) values (1, 0);

-- a row is locked for each key that a strict writer holds; PostgreSQL has advisory locks for this
create table mneme_outbox_slot (slot smallint primary key);

insert into mneme_outbox_slot (slot) select x from system_range(0, 1023);
