"""What is measured: the columns of every fact and the declaration of every KPI."""
