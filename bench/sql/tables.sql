-- The reference tables in SQLite and PostgreSQL.
create table team (team_id integer primary key, name text);
create table rep (rep_id integer primary key, team_id integer, name text);
create table source (source_id integer primary key, name text);
create table industry (industry_id integer primary key, name text);
create table product (product_id integer primary key, name text);
create table lead (
  lead_id integer primary key, created_at timestamp, rep_id integer, team_id integer, source_id integer,
  industry_id integer, product_id integer, opp_id integer, converted_at timestamp);
create table opp (
  opp_id integer primary key, lead_id integer, created_at timestamp, rep_id integer, team_id integer,
  source_id integer, industry_id integer, product_id integer, stage text, status text, amount_cents bigint,
  closed_at timestamp);
create table activity (
  activity_id integer primary key, done_at timestamp, rep_id integer, type text, lead_id integer, opp_id integer);
