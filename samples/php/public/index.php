<?php

declare(strict_types=1);

require __DIR__ . '/../src/Crossings.php';
require __DIR__ . '/../src/Page.php';

session_start();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$crossings = new Crossings(__DIR__ . '/../src/timetable.json');

if ($path === '/') {
    Page::show('timetable', ['crossings' => $crossings->all(), 'booked' => $_SESSION['booked'] ?? []]);
} elseif (preg_match('~\A/crossings/([a-z-]+)\z~', $path, $found) && $crossing = $crossings->find($found[1])) {
    if ($_SERVER['REQUEST_METHOD'] === 'POST') {
        $seats = filter_input(INPUT_POST, 'seats', FILTER_VALIDATE_INT, ['options' => ['min_range' => 1, 'max_range' => 9]]);
        if ($seats === false || $seats === null || !hash_equals($_SESSION['token'] ?? '', $_POST['token'] ?? '')) {
            Page::show('crossing', ['crossing' => $crossing, 'error' => 'Between one and nine seats, please.'], 422);
        } else {
            $_SESSION['booked'][$crossing['id']] = ($_SESSION['booked'][$crossing['id']] ?? 0) + $seats;
            header('Location: /', true, 303);
        }
    } else {
        Page::show('crossing', ['crossing' => $crossing, 'error' => null]);
    }
} else {
    Page::show('missing', [], 404);
}
