DROP TABLE background_exports;
