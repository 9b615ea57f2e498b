<h1>Missed the boat</h1>
<p>There is nothing at this address. <a href="/">Back to the timetable</a></p>
