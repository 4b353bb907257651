// Stands for parts of libraries that are never used.
export {};
