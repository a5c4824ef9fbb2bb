DROP TABLE register_blocks;
DROP TABLE registers;
