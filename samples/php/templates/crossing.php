<h1><?= Page::text($crossing['from']) ?> – <?= Page::text($crossing['to']) ?>, <?= Page::text($crossing['leaves']) ?></h1>
<?php if ($error): ?><p class="error"><?= Page::text($error) ?></p><?php endif ?>
<form method="post">
  <input type="hidden" name="token" value="<?= Page::text($_SESSION['token']) ?>">
  <label>Seats <input name="seats" type="number" min="1" max="9" value="1"></label>
  <button>Book</button>
</form>
<p><a href="/">Back to the timetable</a></p>
