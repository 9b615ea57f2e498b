<?php

declare(strict_types=1);

/** The timetable. */
final class Crossings
{
    private array $all;

    public function __construct(string $file)
    {
        $this->all = array_column(json_decode(file_get_contents($file), true, flags: JSON_THROW_ON_ERROR), null, 'id');
    }

    public function all(): array
    {
        return $this->all;
    }

    public function find(string $id): ?array
    {
        return $this->all[$id] ?? null;
    }
}
