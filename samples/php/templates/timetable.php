<h1>The Holm ferry</h1>
<table>
<tr><th>Leaves</th><th>Crossing</th><th>Takes</th><th>Your seats</th></tr>
<?php foreach ($crossings as $id => $crossing): ?>
<tr>
  <td><?= Page::text($crossing['leaves']) ?></td>
  <td><a href="/crossings/<?= Page::text($id) ?>"><?= Page::text($crossing['from']) ?> – <?= Page::text($crossing['to']) ?></a></td>
  <td><?= Page::text($crossing['minutes']) ?> min</td>
  <td><?= Page::text($booked[$id] ?? '–') ?></td>
</tr>
<?php endforeach ?>
</table>
