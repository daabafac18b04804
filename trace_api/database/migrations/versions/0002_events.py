"""Events as captured, and the facts they establish, as runs of consecutive things.

A run is ``lo..hi`` within one block of 64 ids (``block = lo >> 6``), so that every look-up of a thing is one
equality. Times are microseconds since 1970 UTC. Tables of facts hold only what stands: an error declaration
deletes the facts of the event it takes out, its postings stay and are marked ``void``.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_THINGS = """
-- CACHE 64 from 64 on: every session draws whole blocks, so the new things of one event lie together.
CREATE SEQUENCE thing_id START 64 CACHE 64;
CREATE TABLE thing (
    id bigint PRIMARY KEY,
    key text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    unit boolean NOT NULL
);
CREATE UNIQUE INDEX thing_key ON thing (key) INCLUDE (id);
COMMENT ON TABLE thing IS 'every identifier that an event names; numbers in order of first appearance';
COMMENT ON COLUMN thing.unit IS 'some event that stands names it as the parent of an aggregation';

CREATE TABLE term (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind smallint NOT NULL,
    value text COLLATE "C" NOT NULL,
    UNIQUE (kind, value)
);
COMMENT ON TABLE term IS 'words and places that events repeat: steps, dispositions, read points, units …';
"""

_EVENTS = """
CREATE TABLE capture (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text COLLATE "C" NOT NULL UNIQUE,
    principal text NOT NULL,
    idempotency_key text,
    body_hash bytea NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint NOT NULL,
    behaviour text NOT NULL CHECK (behaviour IN ('rollback', 'proceed')),
    success boolean NOT NULL,
    accepted integer NOT NULL,
    duplicate integer NOT NULL,
    rejected integer NOT NULL,
    results bytea NOT NULL
);
CREATE UNIQUE INDEX capture_once ON capture (principal, idempotency_key) WHERE idempotency_key IS NOT NULL;
COMMENT ON TABLE capture IS 'capture jobs, with the outcome of each event as compressed JSON';

CREATE SEQUENCE event_id;
CREATE TABLE event (
    id bigint PRIMARY KEY,
    event_id text COLLATE "C" NOT NULL,
    declared_at bigint NOT NULL DEFAULT 0,
    event_time bigint NOT NULL,
    record_time bigint NOT NULL,
    type smallint NOT NULL,
    action smallint NOT NULL,
    step integer,
    disposition integer,
    read_point integer,
    location integer,
    move smallint NOT NULL,
    ends smallint,
    giver integer,
    taker integer,
    carrier integer,
    owner integer,
    bound_for integer,
    tells_more boolean NOT NULL,
    declaration boolean NOT NULL,
    void boolean NOT NULL,
    capture bigint NOT NULL,
    page bigint NOT NULL,
    line smallint NOT NULL,
    hash bytea NOT NULL,
    UNIQUE (event_id, declared_at)
);
CREATE INDEX event_time ON event (event_time, id);
CREATE INDEX event_record_time ON event (record_time, id);
COMMENT ON TABLE event IS 'declared_at tells an error declaration from the event that it takes out';
COMMENT ON COLUMN event.move IS 'move to tells_more: what the event says about custody';

CREATE TABLE event_context (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE,
    body text NOT NULL
);
COMMENT ON TABLE event_context IS 'the @context of captured documents, each once';

CREATE TABLE event_page (
    id bigint PRIMARY KEY,
    context integer NOT NULL,
    codec smallint NOT NULL,
    body bytea NOT NULL
);
-- compressed already: PostgreSQL need not try again
ALTER TABLE event_page ALTER body SET STORAGE EXTERNAL;
COMMENT ON TABLE event_page IS 'the JSON of a few neighbouring events of one capture, compressed together';
"""

_FACTS = """
CREATE TABLE posting (
    block bigint NOT NULL,
    at bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    event bigint NOT NULL,
    quantity double precision,
    unit integer,
    role smallint NOT NULL,
    void boolean NOT NULL
);
CREATE INDEX posting_thing ON posting (block, at);
COMMENT ON TABLE posting IS 'which things in which event in which role; of every event, also of void ones';

CREATE TABLE leg (
    ref bigint NOT NULL,
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    at bigint NOT NULL,
    event bigint NOT NULL,
    output boolean NOT NULL
);
CREATE INDEX leg_thing ON leg (block, output, at);
CREATE INDEX leg_ref ON leg (ref, output);
COMMENT ON TABLE leg IS 'inputs and outputs; events that share a transformationID share ref';

CREATE TABLE transformation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE
);
COMMENT ON TABLE transformation IS 'transformationIDs; leg.ref is minus this id, or the event';

CREATE TABLE membership (
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    lot bigint NOT NULL,
    at bigint NOT NULL,
    event bigint NOT NULL
);
CREATE INDEX membership_item ON membership (block);
CREATE INDEX membership_lot ON membership (lot, at);
COMMENT ON TABLE membership IS 'items commissioned into a lot';

CREATE TABLE mark (
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    at bigint NOT NULL,
    event bigint NOT NULL,
    parent bigint,
    kind smallint NOT NULL,
    scope smallint NOT NULL,
    portion boolean NOT NULL
);
CREATE INDEX mark_child ON mark (block, at);
CREATE INDEX mark_parent ON mark (parent, at) WHERE parent IS NOT NULL;
COMMENT ON TABLE mark IS 'what events say about a child and a parent; stays are derived from it';

CREATE TABLE emptying (
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    at bigint NOT NULL,
    event bigint NOT NULL,
    scope smallint NOT NULL
);
CREATE INDEX emptying_parent ON emptying (block, at);
COMMENT ON TABLE emptying IS 'parents (lo..hi) that lost everything inside them';

CREATE TABLE stay (
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    parent bigint NOT NULL,
    start_at bigint NOT NULL,
    end_at bigint NOT NULL,
    event bigint NOT NULL,
    closed_by bigint,
    scope smallint NOT NULL,
    portion boolean NOT NULL
);
CREATE INDEX stay_child ON stay (block, start_at);
CREATE INDEX stay_parent ON stay (parent, end_at, start_at);
COMMENT ON TABLE stay IS 'derived: children lo..hi were directly inside parent during [start_at, end_at)';

CREATE TABLE oddity (
    block bigint NOT NULL,
    lo bigint NOT NULL,
    hi bigint NOT NULL,
    at bigint NOT NULL,
    event bigint NOT NULL,
    parent bigint NOT NULL,
    other bigint,
    code smallint NOT NULL,
    scope smallint NOT NULL,
    portion boolean NOT NULL
);
CREATE INDEX oddity_child ON oddity (block);
COMMENT ON TABLE oddity IS 'derived: what was odd about the stays of a child';
"""


def upgrade() -> None:
    op.execute(_THINGS)
    op.execute(_EVENTS)
    op.execute(_FACTS)
