<?php
// php style.php THEME HOUSE: switches the theme and the style of the furniture; the posts stay the same.
require __DIR__ . '/wp-load.php';
switch_theme($argv[1]);
update_option('newsroom_house', $argv[2]);
