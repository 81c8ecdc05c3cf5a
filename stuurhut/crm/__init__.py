"""The system of record: accounts, contacts, leads, activities, opportunities, quotes, orders, top relations."""
