<?php echo "It works.";
