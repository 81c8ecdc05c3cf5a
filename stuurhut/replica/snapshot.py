"""A child process that reads all copied tables as they are at one moment and writes them as Parquet files.

It is a process of its own because opening a SQLite file with a second SQLite library, in a process that writes it,
makes the first lose its locks: committed rows were lost that way. It imports no Django and is told all on its input.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BATCH_ROWS = 65_536


def connected(order: dict[str, Any]) -> Any:
    """A connection in the middle of a read transaction on the database that the order names."""
    driver = importlib.import_module(f"adbc_driver_{order['vendor']}.dbapi")
    connection = driver.connect(order["database"], autocommit=True)
    begin = "BEGIN" if order["vendor"] == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    with connection.cursor() as cursor:
        cursor.execute(begin)
    return connection


def write(order: dict[str, Any]) -> dict[str, Any]:
    """Writes the snapshot into `order["folder"]`, all of it or nothing, and returns its manifest."""
    folder = Path(order["folder"])
    arriving = folder.with_name(f".{folder.name}.{os.getpid()}")
    arriving.mkdir(parents=True)
    connection = connected(order)
    try:
        read_at = datetime.now(UTC)
        state = _one(connection, order["state"])
        rows = {table["name"]: _copied(connection, table, arriving) for table in order["tables"]}
        manifest = {"state": state, "read_at": read_at.isoformat(), "rows": rows}
        (arriving / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        arriving.rename(folder)
    finally:
        connection.close()
        shutil.rmtree(arriving, ignore_errors=True)
    return manifest


def _one(connection: Any, sql: str) -> Any:
    """The value of a query that gives JSON."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return json.loads(cursor.fetchone()[0])


def _copied(connection: Any, table: dict[str, Any], folder: Path) -> int:
    """Writes one table; returns how many rows it has."""
    schema = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(table["schema"])))
    first = table["typed_row"]  # SQLite's types come from a row that is none of the table's
    rows = 0
    with connection.cursor() as cursor, pq.ParquetWriter(folder / f"{table['name']}.parquet", schema) as writer:
        if first:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
        cursor.execute(table["sql"])
        for batch in cursor.fetch_record_batch():
            kept = batch.slice(1) if first else batch
            first = False
            rows += kept.num_rows
            columns = [typed(column, field.type) for column, field in zip(kept.columns, schema, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return rows


def typed(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """The column in the copy's type. SQLite keeps moments as text, and programs other than ours may add an offset."""
    try:
        return column.cast(kind)
    except pa.ArrowInvalid:
        if not pa.types.is_timestamp(kind):
            raise
    return pa.array([_moment(text) for text in column.to_pylist()], type=kind)


def _moment(text: str | None) -> datetime | None:
    moment = datetime.fromisoformat(text) if text else None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def main() -> int:
    """Takes the order as JSON on the input and answers with the manifest."""
    print(json.dumps(write(json.load(sys.stdin))))  # noqa: T201 - the parent process reads it
    return 0


if __name__ == "__main__":
    sys.exit(main())
