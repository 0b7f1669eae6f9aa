import ms from 'ms';

export const greeting = (seconds) => `up for ${ms(Math.round(seconds * 1000), { long: true })}`;
