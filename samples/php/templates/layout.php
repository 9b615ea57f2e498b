<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holm ferry</title>
<link rel="stylesheet" href="/ferry.css">
</head>
<body>
<?php require __DIR__ . "/$template.php"; ?>
</body>
</html>
