DROP TABLE package_parts;
DROP TABLE packages;
